"""Waiting for what other processes bring about."""

from .stack.processes import wait_until


def until(condition, seconds=30):
    """Return once the condition holds; an assertion fails when it does not in time."""
    assert wait_until(condition, seconds), "it did not come to pass in time"
