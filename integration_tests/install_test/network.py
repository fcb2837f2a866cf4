"""The network of the hosts: a bridge, on which the balancer has the common address, and a cable to each host."""

import socket
import subprocess
import time
from pathlib import Path

from .guide import GUIDE

BALANCER = "pilotlogs.example.org"
FIRST, SECOND = "dirac1.example.org", "dirac2.example.org"
ADDRESSES = {BALANCER: "10.11.12.1", FIRST: "10.11.12.11", SECOND: "10.11.12.12"}
#: Pilots send from these, which the first host has besides, as the balancer chooses the collector by the address.
PILOT_ADDRESSES = [f"10.11.12.{number}" for number in range(101, 117)]
_BRIDGE = "sites"
_CONTROL = "/run/haproxy/admin.sock"
_START_SECONDS = 60
_COUNT, _NAME, _BACKEND = "stot", "svname", "# pxname"


def call(*words):
    """Run a command that must succeed."""
    subprocess.run([str(word) for word in words], check=True)


def hosts_file():
    """Return the file that gives all hosts their names."""
    known = "".join(f"{address} {name} {name.split('.')[0]}\n" for name, address in ADDRESSES.items())
    return f"127.0.0.1 localhost\n{known}"


def build():
    """Make the bridge in this network namespace, with the balancer's address."""
    call("ip", "link", "set", "lo", "up")
    call("ip", "link", "add", _BRIDGE, "type", "bridge")
    call("ip", "address", "add", f"{ADDRESSES[BALANCER]}/24", "dev", _BRIDGE)
    call("ip", "link", "set", _BRIDGE, "up")


def connect(name, pid):
    """Lay the cable from the bridge to a host, whose network is that of a process."""
    cable = name.split(".")[0]
    call("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", pid)
    call("ip", "link", "set", cable, "master", _BRIDGE, "up")


class Balancer:
    """HAProxy with the guide's very file."""

    def __init__(self, log):
        self._log = log

    def start(self):
        """Check the file as the guide says, and start."""
        call("mkdir", "-p", "/run/haproxy")
        call("haproxy", "-c", "-q", "-f", GUIDE / "haproxy.cfg")
        # fewer connections than the guide's file has, as not every machine grants the open files
        words = ["haproxy", "-db", "-n", "1000", "-f", GUIDE / "haproxy.cfg"]
        program = subprocess.Popen(words, stdout=self._log, stderr=self._log)
        end = time.monotonic() + _START_SECONDS
        while not Path(_CONTROL).exists():
            if program.poll() is not None or time.monotonic() > end:
                raise OSError(f"HAProxy does not start (see {self._log.name})")
            time.sleep(0.1)

    def connections(self):
        """Return how many connections each collector has been given so far."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(_CONTROL)
            control.sendall(b"show stat\n")
            head, *lines = b"".join(iter(lambda: control.recv(65536), b"")).decode().split("\n")
        rows = [dict(zip(head.split(","), line.split(","), strict=False)) for line in lines if line]
        servers = [row for row in rows if row[_BACKEND] == "collectors" and row[_NAME] != "BACKEND"]
        return {row[_NAME]: int(row[_COUNT]) for row in servers}
