"""DIRAC's JSON must not import what a caller names.

``JEncode.decode`` makes objects of the classes that the text names, and imports their modules first, whatever they
are. Both transports decode before anybody is authorised: any certificate of a known CA is enough to have, say,
``unittest.__main__`` imported, which ends a whole Tornado with all its services. A service that takes an object has
imported its class; so nothing is lost when modules that are not there yet stay away.
"""

from __future__ import annotations

import functools
import json
import math
import sys
from collections.abc import Callable

from DIRAC.Core.Utilities.JEncode import DJSONDecoder

_PLAIN = (None, "dt", "date", "b64")


def guard_json() -> None:
    """Let DIRAC's JSON decoder make objects of classes only whose module this process has imported already."""
    if not hasattr(DJSONDecoder.dict_to_object, "__wrapped__"):
        DJSONDecoder.dict_to_object = staticmethod(_guarded(DJSONDecoder.dict_to_object))


def decode_plain(encoded: str) -> tuple[object, int]:
    """DIRAC's ``decode`` for services that take no objects: times and bytes are decoded.

    Raises TypeError for classes, ValueError for numbers that JSON does not have: an ``echo`` could not send them back.
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
    @functools.wraps(original)
    def dict_to_object(values: dict) -> object:
        if values.get("__dCls") not in _PLAIN and values.get("__dMod") not in sys.modules:
            raise TypeError("Objects of classes that this service does not know are not taken")
        return original(values)

    return dict_to_object
