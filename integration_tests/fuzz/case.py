"""A case: one request, and what is known about the answer that it may get."""

from dataclasses import dataclass

CALL = frozenset({200, 400, 401, 501})
"""Answers to a POST that is proper HTTP: ours; no method, or its name is not UTF-8; not authorised; no such method."""
ANYTHING = CALL | {404, 405, None}
"""Answers to what is no proper HTTP; None is a connection that is closed."""


@dataclass(frozen=True)
class Case:
    """Bytes for one TLS connection: ``chunks`` are sent one after the other, as the credentials of ``user``.

    ``answers`` are the statuses allowed, one answer is owed for each of ``verbs``; without verbs none is owed, and the
    connection is left in the way that ``end`` says (``read``: what comes is read; ``close``; ``reset``). ``reflects``:
    the answer holds what was sent or stored, by design.
    """

    number: int
    kind: str
    user: str
    chunks: tuple[bytes, ...]
    answers: frozenset = CALL
    verbs: tuple[str, ...] = ("POST",)
    end: str = "read"
    reflects: bool = False
    is_sending: bool = False
