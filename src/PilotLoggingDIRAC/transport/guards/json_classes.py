"""DIRAC's JSON decoder without imports on behalf of callers.

``JEncode.decode`` makes objects of the classes that the text names, and both transports decode before the caller is
authorised. A caller must not choose modules that this process imports. A service that takes an object has imported its
class already, so refusing other modules breaks nothing.
"""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Callable

from DIRAC.Core.Utilities.JEncode import DJSONDecoder

from PilotLoggingDIRAC.transport.guards.replacing import LibraryChanged, guard_of, is_guard, takes

_PLAIN = (None, "dt", "date", "b64")


def guard_json() -> None:
    """Make DIRAC's JSON decoder refuse classes whose module this process has not imported yet. Raise LibraryChanged."""
    found = inspect.getattr_static(DJSONDecoder, "dict_to_object", None)
    original = found.__func__ if isinstance(found, staticmethod) else None
    if not takes(original, 1):
        raise LibraryChanged("Classes in JSON can't be guarded, DIRAC has changed: DJSONDecoder.dict_to_object")
    if not is_guard(original):
        DJSONDecoder.dict_to_object = staticmethod(_guarded(original))


def decode_plain(encoded: str) -> tuple[object, int]:
    """Return what DIRAC's ``decode`` returns, for services that take no objects; times and bytes are decoded.

    Raise TypeError for classes, ValueError for numbers that JSON does not have: an ``echo`` could not send them back.
    """
    return json.loads(encoded, object_hook=_plain, parse_constant=_finite, parse_float=_finite), len(encoded)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("JSON has no such number")
    return number


def _plain(values: dict) -> object:
    if values.get("__dCls") not in _PLAIN:
        raise TypeError("Objects are not taken")
    return DJSONDecoder.dict_to_object(values)


def _guarded(original: Callable[[dict], object]) -> Callable[[dict], object]:
    @guard_of(original)
    def dict_to_object(values: dict) -> object:
        if values.get("__dCls") not in _PLAIN and values.get("__dMod") not in sys.modules:
            raise TypeError("Objects of classes that this service does not know are not taken")
        return original(values)

    return dict_to_object
