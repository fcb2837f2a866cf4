"""What a worker can be asked to do, by name. Operations run in the child process, under its one identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OPERATIONS: dict[str, Callable[..., Any]] = {}


def operation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a function under its name; arguments and answer must survive JSON, errors are named PilotLogErrors."""
    OPERATIONS[function.__name__] = function
    return function


@operation
def ping() -> str:
    """Answer, so that somebody knows that the child has come up."""
    return "pong"
