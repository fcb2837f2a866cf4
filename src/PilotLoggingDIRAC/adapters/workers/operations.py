"""The operations of a worker, by name. They run in the child process, under its one identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OPERATIONS: dict[str, Callable[..., Any]] = {}


def operation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a function under its name. Arguments and result must be JSON; it raises named PilotLogErrors."""
    OPERATIONS[function.__name__] = function
    return function


@operation
def ping() -> str:
    """Return a word, to show that the child is running."""
    return "pong"
