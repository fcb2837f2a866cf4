"""The demo: three pilots in two VOs, their logs while they run, in the archive, and back by DIRAC's own command.

It uses the stack in .stack/ and leaves it running for going on by hand. Anything amiss ends it with exit code 1.
"""

import gzip
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from . import rpc
from .stack import Stack, StackError, ending, world

TOP = Path(__file__).resolve().parents[1]
AGENT = "/Systems/WorkloadManagement/Agents/PilotLoggingAgent"
RETENTION = "/Operations/Defaults/PilotLogging/BatchesSeconds"


class DemoFailed(Exception):
    """Something is not as it should be."""


@dataclass(frozen=True)
class Pilot:
    """One of the demo's pilots and what becomes of it."""

    story: str
    vo: world.VO
    end: str
    status: str
    stamp: str
    killed: bool = False

    @property
    def reference(self):
        """The pilot's reference, as its CE would give it."""
        return f"https://{self.vo.ce}/{self.stamp}"


def pilots():
    """The three of them, new at each run."""
    stories = (
        ("ends well", world.ALPHA, "0", "Done", False),
        ("fails", world.BETA, "1", "Failed", False),
        ("is killed half-way", world.ALPHA, "never", "Aborted", True),
    )
    return [Pilot(story, vo, end, status, uuid.uuid4().hex, killed) for story, vo, end, status, killed in stories]


class Demo:
    """The story, one method a chapter."""

    def __init__(self, stack):
        self.stack = stack
        self.pilots = pilots()
        self.url = stack.url("WorkloadManagement", "TornadoPilotLogging")
        self._started = time.monotonic()

    def say(self, text):
        """A line of the story, with the seconds since the start."""
        print(f"[{time.monotonic() - self._started:5.1f} s] {text}", flush=True)

    def tell(self):
        """The whole story."""
        self.bring_up()
        running = {pilot: self.start(pilot) for pilot in self.pilots}
        self.look_while_it_runs(running)
        self.run_agent("The agent seals, archives and verifies")
        self.read_back("Collector")
        self.show_archive()
        self.stack.set_option(RETENTION, 0)
        self.run_agent("Retention set to nothing: the agent purges the database of what is verified")
        self.stack.restart("WebApp")
        self.read_back("Archive")
        self.go_on()

    def bring_up(self):
        """The stack, with limits for silence of seconds in place of hours."""
        self.stack.set_option(f"{AGENT}/SilentFinalSeconds", 1)
        self.stack.set_option(f"{AGENT}/SettleSeconds", 0)
        self.stack.remove_option(RETENTION)
        self.stack.up(self.say)
        self.stack.stay()
        self.say("A whole DIRAC is up: collector, MariaDB, PilotManager, WebApp, catalogue, proxies, SEs")

    def start(self, pilot):
        """One pilot, known to DIRAC, sending over the stock wire with its VO's proxy."""
        rpc.add_pilot(self.stack, pilot.reference, pilot.stamp, pilot.vo.name, pilot.vo.site, pilot.vo.ce)
        self.say(f"Pilot {pilot.stamp} of {pilot.vo.name} starts: it {pilot.story}")
        program = [sys.executable, "-m", "integration_tests.pilot", pilot.stamp, "--url", self.url, "--end", pilot.end]
        return subprocess.Popen(ending.tied(program), env=self.stack.env(pilot.vo.pilot), cwd=TOP)

    def look_while_it_runs(self, running):
        """The log of the pilot that is about to be killed; then the ends of all three."""
        victim = next(pilot for pilot in self.pilots if pilot.killed)
        text = self.wait_for_text(victim, "LaunchAgent step 4")
        self.say(f"While pilot {victim.stamp} runs, its log is there: {text.count(chr(10))} lines, the last is")
        print("           " + text.splitlines()[-1])
        os.kill(running[victim].pid, signal.SIGKILL)
        for pilot, process in running.items():
            code = process.wait(60)
            if not pilot.killed and code:
                raise DemoFailed(f"pilot {pilot.stamp} ended with {code}: the logger hurt it")
            rpc.set_status(self.stack, pilot.reference, pilot.status, pilot.vo.site, pilot.vo.ce)
            self.say(f"Pilot {pilot.stamp} is {pilot.status}")

    def wait_for_text(self, pilot, text):
        """The log of a running pilot, as an operator reads it from the collector, once it holds a text."""
        for _ in range(30):
            answer = rpc.call(
                self.stack, "admin", "WorkloadManagement/TornadoPilotLogging", "getLog", pilot.vo.name, pilot.stamp
            )
            if answer["OK"] and text in answer["Value"]["Text"]:
                return answer["Value"]["Text"]
        raise DemoFailed(f"the log of the running pilot {pilot.stamp} has no {text!r}: {answer}")

    def run_agent(self, what):
        """One cycle of the agent."""
        time.sleep(1.5)  # silence
        done = self.stack.run_agent_once()
        if done.returncode:
            raise DemoFailed(f"the agent ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        self.say(what)

    def read_back(self, source):
        """Each log by DIRAC's own command, and where it came from."""
        for pilot in self.pilots:
            output = self.command_output(pilot)
            answer = rpc.value(self.stack, "admin", "Monitoring/WebApp", "getPilotOutput", pilot.reference)
            complete = "complete" if answer["LogComplete"] else "incomplete"
            self.say(
                f"dirac-admin-get-pilot-output {pilot.reference}: {len(output)} bytes, {complete},"
                f" from {answer['LogSource']}"
            )
            if answer["LogSource"] != source or answer["LogComplete"] == pilot.killed or output != answer["StdOut"]:
                raise DemoFailed(f"expected the whole log from {source}, complete only if the pilot ended by itself")

    def command_output(self, pilot):
        """Return what the stock command writes."""
        folder = self.stack.root / "work" / "demo" / uuid.uuid4().hex
        done = self.stack.run(["dirac-admin-get-pilot-output", pilot.reference], user="admin", cwd=folder)
        found = list(folder.glob("*/std.out"))
        if done.returncode or not found:
            raise DemoFailed(f"dirac-admin-get-pilot-output: {done.stdout}{done.stderr}")
        return found[0].read_text()

    def show_archive(self):
        """The files on the storage elements."""
        for pilot in self.pilots:
            found = list(self.stack.storage_path(pilot.vo.storage_element).rglob(f"{pilot.stamp}.*"))
            if len(found) != 1:
                raise DemoFailed(f"{len(found)} files of pilot {pilot.stamp} on {pilot.vo.storage_element}")
            lines = gzip.decompress(found[0].read_bytes()).count(b"\n")
            path = found[0].relative_to(self.stack.storage_path(pilot.vo.storage_element))
            self.say(f"On {pilot.vo.storage_element}: /{path} ({found[0].stat().st_size} bytes, {lines} lines)")

    def go_on(self):
        """Say how to go on by hand."""
        reference = self.pilots[0].reference
        self.say("All as it should be. The stack is still up; go on by hand:")
        print(f"""
  ./dev shell                                    an administrator's shell in it
    dirac-admin-get-pilot-output {reference}
    python -m integration_tests.pilot {uuid.uuid4().hex} --url {self.url}   (in ./dev shell pila: be a pilot)
  ./dev status                                   what runs
  ./dev down                                     stop it; ./dev down --purge deletes it too
""")


def main():
    """Tell the story; 1 when anything is amiss."""
    ending.clean_up_when_terminated()
    stack = Stack(TOP / ".stack")
    try:
        stack.build()
        Demo(stack).tell()
    except (DemoFailed, StackError, rpc.CallFailed, AssertionError) as error:
        print(f"\nThe demo failed: {error}\nLogs of the components are in {stack.root / 'log'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
