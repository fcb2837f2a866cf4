"""The form of a call over HTTPS: ``method``, ``args`` and a few short fields, cut out of the bytes as received.

``args`` may be long. It stays encoded until ``Form.text`` is called, so that a thread of its own can decode it, and
only for a caller who is authorised.

The method's name and the extra credentials are checked here, because DIRAC writes both into the service's log
unchanged and fails on forms that it does not expect.
"""

from __future__ import annotations

import binascii
import json
import re
from dataclasses import dataclass, field

from ..errors import InvalidInput

CONTENT_TYPE = "application/x-www-form-urlencoded"

#: Length of each edge of a refused body: enough for the method's name, the stamp and the VO.
EDGE_BYTES = 2048

_MAX_FIELDS = 16
_MAX_FIELD_BYTES = 4096
_SPECIAL = ((b"=", b"%3D"), (b"\n", b"%0A"), (b"\r", b"%0D"))
_TO_QUOTED_PRINTABLE = bytes.maketrans(b"+%", b" =")
_NAMES_AT_END = re.compile(rb'"\s*,\s*"([^"\\]{1,64})"\s*,\s*(?:"([^"\\]{0,64})"|null)\s*\]\s*\Z')

_METHOD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_MAX_CREDENTIALS = 2048


@dataclass(slots=True)
class Form:
    """The form of a call. ``fields`` are decoded, ``args`` is not.

    ``message``: the arguments of a message that was decoded while it arrived, in place of ``args``.
    """

    fields: dict[str, bytes] = field(default_factory=dict)
    args: bytes = b""
    message: tuple[object, ...] = ()

    def text(self) -> str:
        """Return the JSON text of the arguments, "[]" when there are none. Frees the memory of ``args``.

        Raise InvalidInput for arguments that are not UTF-8, and for a ``%`` without two digits.
        """
        encoded, self.args = self.args, b""
        decoded = unquote(encoded)
        del encoded
        try:
            return decoded.decode() if decoded else "[]"
        except UnicodeDecodeError:
            raise InvalidInput("The arguments are not UTF-8") from None

    def end(self) -> Form:
        """Return a form with the end of the arguments, which has the names in a message; the end outlives ``text``."""
        return Form(args=self.args[-EDGE_BYTES:], message=self.message)

    def names(self) -> tuple[object, object] | None:
        """Return the stamp and VO in the arguments of a message, unchecked; None when they are not found.

        Raise InvalidInput for a ``%`` without two digits.
        """
        if self.message:
            return self.message[1:] if len(self.message) == 3 else None
        return names_at_end(self.args)


def cut(body: bytes | bytearray) -> Form:
    """Return the form in a body; the last of equal fields counts, as in DIRAC. Raise InvalidInput."""
    form, start = Form(), 0
    for _ in range(_MAX_FIELDS):
        end = body.find(b"&", start)
        end = len(body) if end < 0 else end
        _add(form, body, start, end)
        start = end + 1
        if start > len(body):
            return form
    raise InvalidInput(f"The body has more than {_MAX_FIELDS} fields")


def _add(form: Form, body: bytes | bytearray, start: int, end: int) -> None:
    equals = body.find(b"=", start, min(end, start + _MAX_FIELD_BYTES))
    if equals < 0:
        equals = end
    name = unquote(bytes(body[start : min(equals, start + _MAX_FIELD_BYTES)])).decode("latin1")
    if name == "args":
        form.args = bytes(body[equals + 1 : end])
    elif end - start > _MAX_FIELD_BYTES:
        raise InvalidInput("The body is not a form of method, args and short fields")
    elif name:
        form.fields[name] = unquote(bytes(body[equals + 1 : end]))


def cut_edges(head: bytes, tail: bytes) -> Form:
    """Return a form whose middle is missing: the fields before and after ``args``, and the end of ``args``."""
    before, found, _ = head.partition(b"args=")
    if not found or (before and not before.endswith(b"&")):
        return Form()
    args_end, _, behind = tail.partition(b"&")
    try:
        rest = cut(behind)
        return Form(cut(before).fields | rest.fields, rest.args or args_end)
    except InvalidInput:
        return Form()


def names_at_end(args: bytes) -> tuple[str, str | None] | None:
    """Return the stamp and VO that end the arguments of a message, unchecked; None when they are not found.

    Raise InvalidInput for a ``%`` without two digits.
    """
    found = _NAMES_AT_END.search(unquote(args[-EDGE_BYTES:]))
    if not found:
        return None
    stamp, vo = found.groups()
    return stamp.decode("latin1"), vo.decode("latin1") if vo is not None else None


def unquote(value: bytes) -> bytes:
    """Return a form's value decoded: the result of ``urllib.parse.unquote_to_bytes``, five times as fast, and ``+`` is
    a blank.

    ``%41`` is ``=41`` in quoted-printable, which the standard library decodes in C. ``=`` and line breaks have a
    meaning there and are encoded first. Raise InvalidInput for a ``%`` without two digits; the result is longer then
    than it should be.
    """
    for byte, escape in _SPECIAL:
        value = value.replace(byte, escape)
    size = len(value) - 2 * value.count(b"%")
    decoded = binascii.a2b_qp(value.translate(_TO_QUOTED_PRINTABLE))
    if len(decoded) != size:
        raise InvalidInput("The body is not a form: a % stands alone")
    return decoded


def check_method(name: str) -> None:
    """Raise InvalidInput unless it can be the name of a method."""
    if not _METHOD.fullmatch(name):
        raise InvalidInput("Not a method's name")


def check_extra_credentials(encoded: str) -> None:
    """Raise InvalidInput unless it is empty, or JSON: a group's name, or a list of a DN and a group's name."""
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
