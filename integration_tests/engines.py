"""The brokers and engines of a stack, for the tests that need them."""

from contextlib import contextmanager

import pytest

from .stack.destinations import Missing


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
