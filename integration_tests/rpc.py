"""Calls to the stack's services as one of its users, over DIRAC's own client, in processes of their own.

A process serves many calls, as starting DIRAC takes longer than most of them; there is another one for another user,
for each call at the same time, and after a change of the configuration, which is read once.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading

from .stack import forking

_PROGRAM = "integration_tests.rpc"


class CallFailed(Exception):
    """The process that was to make the call failed."""


class _Caller:
    """A process that makes calls; it ends when this one does."""

    def __init__(self, env, folder):
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = forking.popen(
            [sys.executable, "-m", _PROGRAM], env, folder, stderr=self._said, text=True, **pipes
        )

    def call(self, request, seconds):
        """The line that answers a request; CallFailed when there is none in time, and the process is ended."""
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
            in_time = select.select([self._process.stdout], [], [], seconds)[0]
            answer = self._process.stdout.readline() if in_time else ""
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.end()
            self._said.seek(0)
            raise CallFailed(self._said.read().decode(errors="replace")[-10_000:])
        return answer

    def end(self):
        """End the process."""
        self._process.kill()
        self._process.communicate()


class _Callers:
    """The processes that wait for something to do, by what they were started with."""

    def __init__(self):
        self._lock = threading.Lock()
        self._idle = {}

    def call(self, stack, user, request, seconds):
        """Let one make the call. Those of an older configuration of the same user are ended."""
        caller, kept = self._take(stack, user)
        answer = caller.call(request, seconds)
        with self._lock:
            kept.append(caller)
        return answer

    def _take(self, stack, user):
        env, folder = stack.env(user), stack.root / "work" / "calls"
        state = (env, stack.cfg.read_text())
        with self._lock:
            known, kept = self._idle.get((stack.root, user), (None, []))
            if known != state:
                for caller in kept:
                    caller.end()
                known, kept = self._idle[stack.root, user] = state, []
            if kept:
                return kept.pop(), kept
        folder.mkdir(parents=True, exist_ok=True)
        return _Caller(env, folder), kept


_callers = _Callers()


def call(stack, user, service, method, *arguments, seconds=300):
    """DIRAC's answer of ``service.method(*arguments)`` as a dictionary; ``user`` None calls as the host."""
    return json.loads(_callers.call(stack, user, json.dumps([service, method, arguments, user is None]), seconds))


def value(stack, user, service, method, *arguments):
    """The value of an answer that must be S_OK."""
    answer = call(stack, user, service, method, *arguments)
    assert answer["OK"], f"{service}.{method}: {answer['Message']}"
    return answer["Value"]


def add_pilot(stack, reference, stamp, vo, site, ce, status="Running"):
    """Make a pilot known to DIRAC, as the SiteDirector does."""
    value(
        stack,
        None,
        "WorkloadManagement/PilotManager",
        "addPilotReferences",
        [reference],
        vo,
        "Local",
        {reference: stamp},
    )
    set_status(stack, reference, status, site, ce)


def set_status(stack, reference, status, site, ce):
    """Set a pilot's status, as the PilotSyncAgent does."""
    arguments = (reference, status, ce, "test", site, "q")
    value(stack, None, "WorkloadManagement/PilotManager", "setPilotStatus", *arguments)


def main():
    """Make the calls that the lines of the input hold, and answer each with a line of JSON."""
    # what DIRAC prints is no answer
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import DIRAC

    DIRAC.initialize(require_auth=False)
    from DIRAC.Core.Base.Client import Client

    for line in sys.stdin:
        service, method, arguments, as_host = json.loads(line)
        answer = getattr(Client(url=service, useCertificates=as_host), method)(*arguments)
        answer.pop("rpcStub", None)
        print(json.dumps(answer, default=str), file=answers, flush=True)


if __name__ == "__main__":
    main()
