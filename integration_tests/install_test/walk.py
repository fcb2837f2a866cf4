"""The walk, by the guide's commands: from nothing to a log that is read back, all processes killed, back to DIRAC's own
logging, over again with what that collected, and uninstalled.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from ..stack.environment import TOP
from . import guide
from .host import GROUP, VO, Host

#: DIRAC's installer asks before it removes something.
YES = "y\n" * 5
LONG_SECONDS = 1800
PAUSE_SECONDS = 3
#: The dirac.cfg of a server makes commands act as the host, which reads no logs.
AS_PERSON = "-o /DIRAC/Security/UseServerCertificate=no"
COLLECTOR = "/Systems/WorkloadManagement/Services/TornadoPilotLogging"
OLD_STAMP = "0123456789abcdef0123456789abcdef"
_CS = """
import sys
from DIRAC.Core.Base.Script import Script
words = sys.argv[1:]
sys.argv[1:] = []
Script.parseCommandLine()
from DIRAC.ConfigurationSystem.Client.CSAPI import CSAPI
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise
cs = CSAPI()
returnValueOrRaise(cs.{change}(*words))
returnValueOrRaise(cs.commit())
"""
SET_OPTION, DELETE_SECTION = _CS.format(change="setOption"), _CS.format(change="delSection")


class Failed(Exception):
    """A step did not do what the guide says."""


class Walk:
    """The steps done so far, each printed with its time."""

    def __init__(self, host, wheel):
        self.host = host
        self.wheel = wheel
        self._began = time.monotonic()

    def say(self, text):
        """Print a line with the time since the beginning."""
        print(f"[{time.monotonic() - self._began:5.0f} s] {text}", flush=True)

    def do(self, command, codes=(0,), timeout=LONG_SECONDS, shown=""):
        """Run a command as it is; raise Failed unless it ends with one of the codes."""
        self.say(shown or f"$ {command}")
        code, output = self.host.shell(command, YES, timeout)
        if code not in codes:
            raise Failed(f"{command}\nended with {code}:\n{output[-4000:]}")
        return output

    def until(self, command, seconds=300):
        """Run a command until it succeeds."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.do(command)
            except Failed:
                if time.monotonic() > end:
                    raise
                time.sleep(PAUSE_SECONDS)

    def set_option(self, path, value):
        """Set an option of the configuration, as people do it in the portal."""
        self.do(f"python -c {shlex.quote(SET_OPTION)} {path} {value}", shown=f"{path} = {value}")

    def follow(self, page, section, number=None, codes=(0,)):
        """Run the commands of a section of the guide, all or one block's; return their output."""
        found = guide.commands(page, section)
        chosen = found if number is None else [found[number]]
        return "".join(self.do(self._here(command), codes) for block in chosen for command in block.commands)

    def _here(self, command):
        return command.replace("/path/to/PilotLoggingDIRAC", f"--no-index {self.wheel}")


def make(name, work):
    """Make this namespace a host of that name, with DIRAC below an /opt of its own, and the package as a wheel."""
    (work / "opt").mkdir()
    (work / "home").mkdir()
    (work / "hosts").write_text(f"127.0.0.1 {name} {name.split('.')[0]} localhost\n")
    os.environ.setdefault("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
    os.environ["HOME"] = str(work / "home")
    call("mount", "--bind", work / "opt", "/opt")
    for folder in ("/run", "/tmp"):
        call("mount", "-t", "tmpfs", "tmpfs", folder)
    with (work / "log").open("w") as log:
        make_wheel(work)
        Host(name, log).make()
    call("hostname", name)
    call("mount", "--bind", work / "hosts", "/etc/hosts")
    (work / "made").touch()


def call(*words):
    """Run a command that must succeed."""
    subprocess.run([str(word) for word in words], check=True)


def make_wheel(work):
    """Build the package as the guide's reader would be given it."""
    quiet = ("-q", "--no-deps", "--no-build-isolation")
    call(sys.executable, "-m", "pip", "wheel", *quiet, "-w", work, TOP)


def set_up_site(walk):
    """Run DIRAC's set-up, which waits 5 s for its configuration server; on a busy machine that is too short."""
    for _ in range(3):
        try:
            walk.do("dirac-setup-site -e install.cfg")
            return
        except Failed as error:
            why = error
            walk.do("sleep 10")
    raise why


def install(walk):
    """Follow install.rst on its first host."""
    walk.follow("install", "1. The package")
    walk.follow("install", "2. The database")
    walk.follow("install", "3. The collector", 0)
    walk.follow("install", "4. The agent")
    walk.do("dirac-install-component Monitoring WebApp")
    walk.follow("install", "5. The services that read")
    walk.follow("install", "6. Check", 0)
    walk.do(f"dirac-admin-pilot-logs-enable {AS_PERSON} --VO {VO} --Yes")
    read_back(walk)


def read_back(walk):
    """Send a test log as the VO's pilots would, and read it back from the collector."""
    walk.do(f"dirac-admin-pilot-logs-check {AS_PERSON} --VO {VO} --NoArchive")


def kill_everything(walk):
    """Kill all that runit keeps; it starts all again, and logs are taken and read as before."""
    walk.do("for folder in startup/*; do kill -9 $(cat $folder/supervise/pid); done")
    walk.until(f"dirac-admin-pilot-logs-check {AS_PERSON} --VO {VO} --NoArchive")


def go_back(walk):
    """Follow upgrade.rst back to DIRAC's own collector, which then takes a message of a pilot."""
    walk.do(f"dirac-admin-pilot-logs-disable --VO {VO} --Yes")
    walk.set_option(f"{COLLECTOR}/LoggingPlugin", "FileCacheLoggingPlugin")
    walk.follow("upgrade", "Back", -1)
    walk.until(said("from before", OLD_STAMP))


def come_over(walk):
    """Follow upgrade.rst from DIRAC's own collector; what it has collected is imported, and read."""
    walk.follow("install", "1. The package", 0)
    # the shell that asks is found too, and has no such folder
    (folder,) = walk.follow("upgrade", "Over", 0, codes=(0, 1)).split()
    for number in (1, 2, 3):
        walk.follow("upgrade", "Over", number)
    walk.follow("install", "5. The services that read")
    walk.until(f"dirac-admin-pilot-logs-import -o /DIRAC/Security/UseServerCertificate=yes {folder}")
    if "from before" not in walk.do(f"dirac-admin-pilot-logs-show {AS_PERSON} {OLD_STAMP}"):
        raise Failed("the log that DIRAC's own collector had is not there")


def uninstall(walk):
    """Follow upgrade.rst until nothing of the package is left; the Tornado then has no collector at all."""
    walk.follow("upgrade", "Uninstalling")
    walk.do(f"python -c {shlex.quote(DELETE_SECTION)} {COLLECTOR}", shown=f"the section {COLLECTOR} is deleted")
    walk.follow("upgrade", "Back", -1)
    walk.do(f"! ({said('nobody', OLD_STAMP)})")
    walk.do("! python -c 'import PilotLoggingDIRAC' 2> /dev/null")


def said(text, stamp):
    """Return the command that sends a pilot's message, and fails unless the collector takes it."""
    arguments = json.dumps([json.dumps(f"{text}\n"), stamp, VO])
    words = "--cert $proxy --key $proxy --capath $X509_CERT_DIR --data-urlencode method=sendMessage"
    url = "https://$(hostname):8443/WorkloadManagement/TornadoPilotLogging"
    send = f"proxy=/tmp/x509up_u0; curl -sS {words} --data-urlencode args={shlex.quote(arguments)} {url}"
    return f"{send} | tee /dev/stderr | grep -q '\"OK\": *true'"


def walk(name, work, keep):
    """Walk; return the exit code."""
    call("ip", "link", "set", "lo", "up")
    (wheel,) = work.glob("*.whl")
    with (work / "log").open("a") as log:
        host = Host(name, log)
        steps = Walk(host, wheel)
        try:
            steps.say("a host with DIRAC, without any service")
            host.start_database()
            set_up_site(steps)
            steps.do(f"dirac-proxy-init -g {GROUP}")
            for part in (install, kill_everything, go_back, come_over, uninstall):
                steps.say(f"== {part.__name__.replace('_', ' ')}")
                part(steps)
            steps.say("good")
        except (Failed, subprocess.SubprocessError) as error:
            steps.say(f"FAILED: {error}\n(all output: {log.name})")
            return 1
        finally:
            if keep and sys.stdin.isatty():
                subprocess.call(["bash", "--rcfile", "/opt/dirac/bashrc"])
            elif keep:
                signal.pause()
    return 0
