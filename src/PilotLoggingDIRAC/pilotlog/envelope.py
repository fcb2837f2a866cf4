"""What comes around the arguments of a call over HTTPS: the method's name, and credentials beside the certificate.

DIRAC's own code writes both into the service's log as they are, and fails on forms that it does not expect.
"""

from __future__ import annotations

import json
import re

from .errors import InvalidInput

_METHOD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_MAX_CREDENTIALS = 2048


def check_method(name: str) -> None:
    """Raise InvalidInput for what can't be the name of a method."""
    if not _METHOD.fullmatch(name):
        raise InvalidInput("Not a method's name")


def check_extra_credentials(encoded: str) -> None:
    """Raise InvalidInput unless it is empty, or JSON of a group's name, or of a list of a DN and a group's name."""
    if encoded and not _are_names(_names(encoded)):
        raise InvalidInput("The extra credentials are neither a group nor a DN and a group")


def _names(encoded: str) -> object:
    try:
        value = json.loads(encoded) if len(encoded) <= _MAX_CREDENTIALS else None
    except (ValueError, RecursionError):
        return None
    return [value, ""] if isinstance(value, str) else value


def _are_names(values: object) -> bool:
    return (
        isinstance(values, list)
        and len(values) == 2
        and all(isinstance(value, str) and value.isprintable() for value in values)
    )
