"""Names and values that stand apart: XML, HTML, entries ``name: …, value: …``, ``setenv NAME value``, forms."""

from __future__ import annotations

import re

from ..swallow import BARE, MARKUP, WRAPPED, Opened, Secret
from ..values import plain
from ..values.entry import begin
from ..values.leads import LINE_HEADER, QUOTE, anything, secret_behind
from ..values.names import KEYWORDS, STRONG, WEAK, Names
from . import pem, table
from .pem import HEADER

RULE = b"secret"
_NAME = rb"(?i:" + KEYWORDS + rb"|pass)[A-Za-z0-9_.-]*"
_LOG_HEADER = HEADER.replace(b"(?P<header>", b"(?:")
_VALUE = (
    rb"(?:/[\w.-]+)?\\*[\"']?(?:,|[ ]\{)?(?:[ \t]*\r?\n%s)?"
    rb"(?:[ ]*\\*[\"']?(?:type|sensitive|encoding|owner|permissions|mode)\\*[\"']? ?[:=] ?[\"']?[\w:]+[\"']?,?"
    rb"(?:\r?\n%s)?)?[ \t,-]*"
    rb"\\*[\"']?(?:(?:has|with|to)[ \t]+)?(?i:value|val|content|default)\\*[\"']?"
    rb"(?:[ \t]*[:=][ \t]*" + QUOTE + rb"|[ ]\\*[\"'])"
)
#: A value on the line after its name, which stands deeper, or a dump of PHP.
_NEXT = rb"[\"'})]{0,3}(?: \| base64 -+[dD]\w*)?[ \t]*[:=]?[ \t]*\\?\r?\n%s(?:\r?\n%s)?[ \t>]*(?:b?\\?[\"'])?"
_SINGLE = rb"[^\s\"'|>=:]{5}[^\s\"'|>=:]*(?:[ \t]*\\)?[\"',]*[ \t]*(?:\r?\n|\z)"
_DUMP = rb"[\"']?(?::(?:\"[^\"\n]*\":)?(?:protected|private))?\]=>[ \t]*\r?\n%s[ \t]*string\([0-9]+\) \""
_PAIR = rb"\\?[\"'] \\?[\"']"
_CELL = rb":?[ \t]*(?:</\w+>[ \t\r\n]*)+(?:<(?:td|dd|code|span|b|strong|p|value|string)\b[^<>\n]*>[ \t]*)+"
_TAG = rb"(?:\\?[\"'])?(?:[ \t][^<>\n]*)?>(?:<!\[CDATA\[)?"
_OF_TEXT = re.compile(rb"[.\"',;:)/@*-][^<\n]{0,200}+(?!<)|[^<]?[^<]?<|[^<]?\s")
_TAG_ABOVE = rb"(?:[ \t][^<>\n]*)?>[ \t]*\r?\n%s[ \t]+"
_FORM = rb"[\"']\r?\n(?:%s[A-Z][\w-]+: [^\n]*\n)?%s\r?\n%s"
_SETTER = rb"(?:etenv|et -[gUux]+|etx|etEnv|gure set|fig set|utenv)[ (]\"?(?:[\w:./]*[/:])?"

_KINDS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (_VALUE % (_LOG_HEADER, _LOG_HEADER) + rb"(?=[^\s\"',])", BARE),
        (_CELL + rb"(?=[^\s<])", MARKUP),
        (_TAG + rb"(?=[^\s<=])", MARKUP),
        (_TAG_ABOVE % _LOG_HEADER + rb"(?=[^\s<]++[ \t]*\r?\n%s[ \t]*</)" % _LOG_HEADER, MARKUP),
        (_FORM % ((_LOG_HEADER,) * 3) + rb"(?=[^\s])", MARKUP),
        (_DUMP % _LOG_HEADER + rb"(?=[^\"])", BARE),
        (_PAIR + rb"(?=[^\s\"'])", BARE),
        (_NEXT % (_LOG_HEADER, _LOG_HEADER) + rb"(?=" + _SINGLE.replace(rb"\z", rb"\Z") + rb")", BARE),
        (rb"\"?,?[ \t]+" + QUOTE + rb"(?=[^\s\"'])", BARE),
    )
)
_OF_TAG, _OF_NEXT = (_KINDS[2][0], _KINDS[3][0]), _KINDS[-2][0]
_LONG = re.compile(rb"[A-Za-z0-9_.~+/=-]{52,}+\r?\n")
_UNSURE = tuple(pattern for pattern, _ in _KINDS[-3:-1])
_WORD = re.compile(rb"[A-Za-z0-9_.-]{1,64}")
_SET = re.compile(_SETTER)

_STANDS_APART = (
    _VALUE % (LINE_HEADER, LINE_HEADER),
    _CELL,
    _TAG,
    _TAG_ABOVE % LINE_HEADER,
    _DUMP % LINE_HEADER,
    _PAIR,
    table.HEADING,
    _FORM % ((LINE_HEADER,) * 3),
)
ANCHOR = (
    _SETTER.replace(rb"\b", b"") + rb"[A-Za-z0-9_.-]*" + _NAME + rb"\"?,?[ \t]+" + QUOTE + rb"[^\s\"'=|]"
    rb"|" + _NAME + rb"(?:" + rb"|".join(_STANDS_APART) + rb")[^\s<]"
    + rb"|" + _NAME + _NEXT % (LINE_HEADER, LINE_HEADER) + _SINGLE
)  # fmt: skip


def _is_in_tag(text: bytes, at: int) -> bool:
    """Tell if a tag is open at a place, as far as 200 bytes before it."""
    begin = max(0, at - 200)
    opened = text.rfind(b"<", begin, at)
    return opened > text.rfind(b">", begin, at) and b"\n" not in text[opened:at]


def _is_element(text: bytes, first: int, at: int) -> bool:
    """Tell if a name is a tag's, or stands in one that is no reference, and the text after it is a value."""
    return _is_in_tag(text, first) and text[first - 1 : first] != b"#" and not _OF_TEXT.match(text, at)


#: A value in quotes below a call, as an interpreter shows it.
_IS_SHOWN = re.compile(rb"\A[\"']?\).*[\"']\Z", re.DOTALL)


class Markup:
    """The rule of names and values that stand apart."""

    def __init__(self, names: Names):
        self._names = names

    def find(self, text: bytes, start: int, end: int) -> Secret | None:
        """Return the secret at a hit."""
        setter = _SET.match(text, start)
        first = setter.end() if setter else begin(text, start)
        word = _WORD.match(text, first)
        strength = self._names.strength(word.group().strip(b"-_.")) if word else 0
        if word is None or not strength:
            return None
        heading = None if setter else table.rows(text, first, word.end())
        if heading:
            return heading
        for pattern, kind in _KINDS[-1:] if setter else _KINDS[:-1]:
            match = pattern.match(text, word.end())
            if match and (pattern not in _OF_TAG or _is_element(text, first, match.end())):
                if pattern is _OF_NEXT and pem.BODY.match(text, match.end()):
                    return pem.find(text, match.end(), match.end())
                check = anything if strength == STRONG and pattern not in _UNSURE else plain.stands_out
                if pattern is _OF_NEXT and strength == STRONG and _IS_SHOWN.search(match.group()):
                    check = anything
                check = plain.is_opaque if strength == WEAK else check
                if pattern is _OF_NEXT and (
                    plain.is_uuid(text[match.end() : match.end() + 64]) or b"Error" in text[max(0, first - 8) : first]
                ):
                    return None
                kind = WRAPPED if pattern is _OF_NEXT and _LONG.match(text, match.end()) else kind
                return secret_behind(text, match.end(), Opened(RULE, kind), check)
        return None
