"""Calls to the stack's services as one of its users, over DIRAC's own client, in a process of their own."""

import json
import sys

_PROGRAM = "integration_tests.rpc"


class CallFailed(Exception):
    """The process that was to make the call failed."""


def call(stack, user, service, method, *arguments, seconds=120):
    """DIRAC's answer of ``service.method(*arguments)`` as a dictionary; ``user`` None calls as the host."""
    request = json.dumps([service, method, arguments, user is None])
    done = stack.run([sys.executable, "-m", _PROGRAM, request], user=user, timeout=seconds)
    if done.returncode:
        raise CallFailed(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def value(stack, user, service, method, *arguments):
    """The value of an answer that must be S_OK."""
    answer = call(stack, user, service, method, *arguments)
    assert answer["OK"], f"{service}.{method}: {answer['Message']}"
    return answer["Value"]


def add_pilot(stack, reference, stamp, vo, site, ce, status="Running"):
    """Make a pilot known to DIRAC, as the SiteDirector does."""
    value(stack, None, "WorkloadManagement/PilotManager", "addPilotReferences", [reference], vo, "Local", {reference: stamp})
    set_status(stack, reference, status, site, ce)


def set_status(stack, reference, status, site, ce):
    """Set a pilot's status, as the PilotSyncAgent does."""
    arguments = (reference, status, ce, "test", site, "q")
    value(stack, None, "WorkloadManagement/PilotManager", "setPilotStatus", *arguments)


def main():
    """Make the call that the first argument holds and print the answer as JSON in the last line."""
    import DIRAC

    DIRAC.initialize(require_auth=False)
    from DIRAC.Core.Base.Client import Client

    service, method, arguments, as_host = json.loads(sys.argv[1])
    client = Client(url=service, useCertificates=as_host)
    answer = getattr(client, method)(*arguments)
    answer.pop("rpcStub", None)
    print(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
