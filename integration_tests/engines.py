"""The brokers and engines of a stack, for the tests that need them."""

from contextlib import contextmanager

import pytest

from .stack.destinations import Missing
from .waiting import until

AGENT = "PilotLogForwardingAgent"


def started(stack, *names):
    """Start destinations that do not run; the test is skipped where one can't be had."""
    try:
        stack.destinations.start(*names)
    except Missing as missing:
        pytest.skip(str(missing))


@contextmanager
def running(stack, *names):
    """Destinations that run meanwhile; the tests are skipped where one can't be had."""
    started(stack, *names)
    yield
    stack.destinations.stop(*names)


@contextmanager
def forwarding(stack, options):
    """Options that name destinations, meanwhile; at the end the agent is stopped, and they are removed."""
    for path, value in options.items():
        stack.set_option(path, value)
    yield
    stack.stop(AGENT)
    for path in options:
        stack.remove_option(path)


def begin(stack, *names):
    """Start the agent; return when logs that are heard of from now on go to these destinations."""
    stack.start(AGENT)
    begun = lambda: {name for (name,) in stack.sql("PilotLoggingDB", "SELECT Name FROM PilotLogDestinations", ())}  # noqa: E731
    until(lambda: begun() >= {*names}, seen=lambda: stack.log(AGENT).read_text()[-3000:])
