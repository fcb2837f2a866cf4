"""The text that stands in the log in place of a secret."""

from __future__ import annotations


def marker(rule: bytes) -> bytes:
    """Return ``[redacted:<rule>]``; typed by a pilot it means nothing."""
    return b"[redacted:" + rule + b"]"
