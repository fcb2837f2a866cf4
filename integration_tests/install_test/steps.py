"""The steps of the walk on one host, each printed with its time; commands are the guide's own."""

import json
import shlex
import time

from . import guide
from .files import VO

#: DIRAC's installer asks before it removes something.
YES = "y\n" * 5
LONG_SECONDS = 1800
PAUSE_SECONDS = 3
#: The dirac.cfg of a server makes commands act as the host, which reads no logs.
AS_PERSON = "-o /DIRAC/Security/UseServerCertificate=no"
COLLECTOR = "/Systems/WorkloadManagement/Services/TornadoPilotLogging"
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
    """Steps on one host, each printed with the time since the walk began, and timed."""

    def __init__(self, host, wheel, watch):
        self.host = host
        self.wheel = wheel
        self._watch = watch

    def say(self, text):
        """Print a line with the time since the beginning."""
        print(f"[{self._watch.seconds():5.0f} s] {self.host.short_name} {text}", flush=True)

    def do(self, command, codes=(0,), timeout=LONG_SECONDS, shown=""):
        """Run a command as it is; raise Failed unless it ends with one of the codes."""
        self.say(shown or f"$ {command}")
        with self._watch.step(self.host.short_name, shown or command):
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

    def set_up(self):
        """Run DIRAC's set-up, which ends when its configuration server drops a connection, as on a busy machine."""
        self.until("dirac-setup-site -e install.cfg", LONG_SECONDS)

    def set_option(self, path, value):
        """Set an option of the configuration, as people do it in the portal."""
        self.do(f"python -c {shlex.quote(SET_OPTION)} {path} {value}", shown=f"{path} = {value}")

    def follow(self, page, section, number=None, codes=(0,), about=("",)):
        """Run the commands of a section of the guide, or of one block, that name one of these; return their output."""
        found = guide.commands(page, section)
        chosen = found if number is None else [found[number]]
        commands = [command for block in chosen for command in block.commands]
        wanted = [command for command in commands if any(word in command for word in about)]
        return "".join(self.do(self._here(command), codes) for command in wanted)

    def shows(self, command, *texts):
        """Run a command; raise Failed unless its output has all these texts."""
        output = self.do(command)
        if missing := [text for text in texts if text not in output]:
            raise Failed(f"{command}\ndoes not show {', '.join(missing)}:\n{output[-4000:]}")

    def _here(self, command):
        return command.replace("/path/to/PilotLoggingDIRAC", f"--no-index {self.wheel}")

    def read_back(self, more=""):
        """Send a test log as the VO's pilots would, and read it back from a collector."""
        self.until(f"dirac-admin-pilot-logs-check {AS_PERSON} --VO {VO} --NoArchive {more}".rstrip())


def collector_url(host):
    """Return the URL of a collector on a host."""
    return f"https://{host}:8443/WorkloadManagement/TornadoPilotLogging"


def said(text, stamp, host="$(hostname)", more=""):
    """Return the command that sends a pilot's message, and fails unless the collector takes it."""
    arguments = json.dumps([json.dumps(f"{text}\n"), stamp, VO])
    words = f"--cert $proxy --key $proxy --capath $X509_CERT_DIR {more} --data-urlencode method=sendMessage"
    send = (
        f"proxy=/tmp/x509up_u0; curl -sS {words} --data-urlencode args={shlex.quote(arguments)} {collector_url(host)}"
    )
    return f"{send} | tee /dev/stderr | grep -q '\"OK\": *true'"
