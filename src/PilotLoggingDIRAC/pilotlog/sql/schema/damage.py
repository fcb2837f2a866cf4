"""Steps that go on without text that can't be unpacked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..connection.engine import Transactions
from . import payload
from .dictionaries import UnknownDictionary

_Result = TypeVar("_Result")

Damaged = tuple[type[Exception], ...]
"""The types of the errors that unpacking damaged text raises."""


def run(transactions: Transactions, step: Callable[..., _Result], *args: object) -> _Result:
    """Run a step in one transaction, with the errors of damaged text as its last argument, and return its result.

    An unknown dictionary leaves the step first, as the database may have it; one that is not there either is damage.
    """
    try:
        return transactions.run(step, *args, payload.DAMAGED)
    except UnknownDictionary:
        return transactions.run(step, *args, (*payload.DAMAGED, UnknownDictionary))
