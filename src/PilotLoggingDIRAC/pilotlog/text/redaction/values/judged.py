"""The judgement of a value after a name: if it is a secret, by what it looks like and by what stands around it."""

from __future__ import annotations

import functools
import re

from . import code, plain, shapes
from .entry import MAX_NAME
from .names import SHORT, WEAK

_ENDS_OF_KEY = (b"key", b"KEY", b"Key")


def _inside(look: bytes, quote: bytes) -> bytes:
    """Return the text before a quote."""
    return look.partition(quote[-1:])[0]


@functools.lru_cache(1024)
def _upper_end(name: bytes) -> bytes:
    """Return the last part of a name with dots, in capitals."""
    return name.rpartition(b".")[2].strip(b"_").upper()


def separator_is_encoded(separator: bytes) -> bool:
    """Tell if a separator is urlencoded."""
    return b"%" in separator


class Judged:
    """The text after one name."""

    def __init__(self, text: bytes, first: int, name: bytes, entry: re.Match[bytes], strength: int):
        self._text, self._first, self._name, self._strength = text, first, name, strength
        separator, quote, colon = entry.group("separator", "quote", "colon")
        self._separator, self._quote, self._at = separator.strip(b" \t") or b" ", (quote or b"")[-4:], entry.end()
        if self._quote in (b'"' * 3, b"'" * 3):
            self._quote = self._quote if shapes.LINE_END.match(entry.string, entry.end()) else self._quote[:1]
        if colon and not self._separator.strip(b".;|\xe2\x94\x82"):
            self._separator = colon
        self._is_option = text[first : first + 1] == b"-"
        self._is_password = b"pass" in name.lower()
        #: True if the value's first word has a digit, as no word of a language and no name of a program has.
        self._has_digit = False

    def is_plain(self, look: bytes) -> bool:
        """Tell if the value that ``look`` begins with, which ends there or beyond, need not be kept secret."""
        head = look[:1]
        if (
            (head in b"\r\n" and len(self._quote) != 3)
            or (self._quote and self._closes_a_quote())
            or plain.is_reference(look)
            or (head in b"-0123456789" and plain.SMALL.match(look))
            or (head in b"/" and plain.DN.match(look))
            or (self._quote and self._ends_at_once(look))
        ):
            return True
        self._has_digit = shapes.EARLY_DIGIT.match(look) is not None
        if not self._is_password and self._is_named(look):
            return True
        if head in b"0123456789" and self._is_plain_number(look):
            return True
        if head in b"v0123456789" and plain.is_package_version(look):
            return True
        if self._strength == SHORT:
            return self._is_plain_short(look)
        if self._strength == WEAK and self._text[max(0, self._first - 7) : self._first].lower() == b"public ":
            return True
        if self._strength == WEAK:
            return not plain.is_opaque(look) or (self._name.lower() == b"key" and plain.is_fingerprint(look))
        literal = code.code_literal(look) if not self._quote else None
        if literal is not None:
            return self._is_plain_literal(look, literal)
        return self._is_plain_strong(look)

    def _ends_at_once(self, look: bytes) -> bool:
        """Tell if a quoted text has two letters at most."""
        quote = self._quote[-1:]
        return quote in look[1:3] and quote in b"\"'"

    def _is_identifier_of_key(self, look: bytes) -> bool:
        return shapes.KEY_IDENTIFIER.match(look) is not None and self._name.lower().endswith(b"access_key")

    def _is_named(self, look: bytes) -> bool:
        """Tell if a value is a name of a program, an identifier of a key, or a sum."""
        if b"/" in look[:66] and (shapes.WITH_PARAMETER.match(look) or plain.is_token_of_rucio(look)):
            return True
        if code.is_name_of_code(look) or (self._name[-3:] in _ENDS_OF_KEY and self._is_identifier_of_key(look)):
            return True
        first = self._first
        if self._text[first - 1 : first] == b"/" and self._text.endswith(b"checksum/", 0, first):
            return True
        if not self._quote or self._has_digit:
            return False
        if shapes.QUOTED_WORDS.match(look):
            return True
        word = _inside(look, self._quote)
        last = self._name.lower().rpartition(b".")[2].replace(b"_", b"")
        return code.is_identifier(word) and word.replace(b"_", b"").lower().endswith(last)

    def _is_plain_number(self, look: bytes) -> bool:
        """Tell if a number counts secrets, or tells how long one is."""
        if self._name[-1:] in b"sS" and (shapes.PLURAL_NUMBER.match(look) or shapes.NUMBERED.match(look)):
            return True
        return shapes.SIZE.match(look) is not None

    def _closes_a_quote(self) -> bool:
        """Tell if the quote after the separator ends a text that began before the name: ``'Password: '``."""
        first = self._first
        return (
            self._text[first - 1 : first] == self._quote
            and self._text[first + len(self._name) : first + len(self._name) + 1] != self._quote
            and self._separator[:1] in b":="
        )

    def _is_plain_short(self, look: bytes) -> bool:
        name = self._name.lower()
        if self._separator == b" " and not self._begins_a_line():
            return True
        if name in shapes.CODES and shapes.CODE.match(look):
            return False
        if name.endswith((b"psk", b"pwd", b"pw")) and (
            plain.is_phrase(look) or (self._quote and plain.is_spaced_phrase(look))
        ):
            return False
        if look[:1] == b"{" and not plain.is_reference(look):
            look = look[1:]
        return not plain.is_passwordlike(look)

    def _begins_a_line(self) -> bool:
        """Tell if nothing, or only a line's header or rule, stands before the name."""
        line = self._text[max(0, self._first - MAX_NAME) : self._first].rstrip(b" \t")
        return line[-1:] in (b"", b"\n", b"]", b"|", b":", b">")

    def _is_plain_literal(self, look: bytes, at: int) -> bool:
        """Tell if the literal of an expression is no secret; else the value begins with it."""
        if not at or plain.are_words(_inside(look[at:], look[at - 1 : at])) or plain.is_reference(look[at:]):
            return True
        self._at += at
        return False

    def _is_plain_strong(self, look: bytes) -> bool:
        separator = self._separator
        if separator[:1] == b",":
            inside = _inside(look, self._quote)
            if look[:1] == b"-" or inside.startswith(self._name) or shapes.SIGN.match(look):
                return True
            if self._text[max(0, self._first - 8) : self._first - 1].lower() == b"define(":
                return plain.is_state(look)
            if not self._is_option and (shapes.LOWER_CAMEL.match(inside) or code.is_name_of_code(look)):
                return True
            if self._text[max(0, self._first - 1) : self._first] not in b"\"'" and not plain.stands_out(look):
                return True
            return (plain.are_words(inside) and not plain.is_phrase(inside)) or look.startswith(self._quote)
        if self._quote:
            if separator == b" " and self._text[max(0, self._first - 1) : self._first] == b"(":
                return plain.are_words(_inside(look, self._quote))
            return (
                look.startswith(self._quote)
                or (plain.is_state(look) and shapes.TOLD.match(look) is not None)
                or look[:1] == b"{"
                or shapes.CALL_END.match(look) is not None
                or shapes.SIGN.match(look) is not None
            )
        return self._is_plain_unquoted(look)

    def _is_plain_unquoted(self, look: bytes) -> bool:
        separator = self._separator
        if not self._has_digit and self._is_of_a_program(look):
            return True
        if (
            (look[:1] in b" \t\n\r\f\v,;\"'\\=)]}:" and not shapes.ESCAPED_LETTER.match(look))
            or self._is_the_name(look)
            or (not look[:1].isalnum() and (shapes.EMPTY_CONTAINER.match(look) or shapes.NO_VALUE.match(look)))
            or self._is_of_code(look)
        ):
            return True
        if separator == b" " and self._is_option and self._text[self._at - 2 : self._at] not in (b"  ", b"\t "):
            return (
                look[:1] == b"-"
                or plain.is_state(look)
                or shapes.METAVARIABLE.match(look) is not None
                or shapes.OF_PROSE.match(look) is not None
            )
        if separator in (b" ", b"|", b";", b"->", b"\xe2\x86\x92", b"\xe2\x94\x82") or separator[:1] == b".":
            before = self._text[max(0, self._first - 1) : self._first]
            return (
                before in (b"$", b"{")
                or (before == b"/" and separator == b" ")
                or (look[:1] == b"*" and separator == b" ")
                or (separator == b"|" and self._is_alternative(look))
                or shapes.ENTRY_BEGUN.match(look) is not None
                or shapes.VARIABLE.match(look) is not None
                or not plain.stands_out(look)
            )
        return self._is_plain_behind_colon(look) if separator[-1:] == b":" else self._is_plain_behind_equals(look)

    def _is_of_a_program(self, look: bytes) -> bool:
        """Tell if a name stands in brackets, is compared or given to a call, and what follows is a name, too."""
        separator, end = self._separator, self._first + len(self._name)
        behind = self._text[end : end + 1]
        if behind == b")" and (separator == b";" or (separator == b":" and plain.is_prose(look))):
            return True
        if behind == b"]" and separator == b"=" and code.is_identifier(look):
            return True
        if separator in (b"!=", b"==", b"===") and shapes.COMPARED.match(look):
            return True
        if separator == b"=" and shapes.ARGUMENT.match(look):
            return True
        if self._is_password:
            return separator == b":" and self._is_its_last_word(look)
        leans = self._text[self._at - 2 : self._at] == b"= "
        return (leans and shapes.CLASS.match(look) is not None) or (
            (separator == b":" and self._is_its_last_word(look))
            or (separator == b" " and b"_" in look[:32] and code.is_identifier(look))
        )

    def _is_its_last_word(self, look: bytes) -> bool:
        """Tell if a value in capitals ends as its name: ``KX_PSK: PSK key exchange``."""
        word = shapes.IN_CAPITALS.match(look)
        return word is not None and word.group().rpartition(b"-")[2] == self._name.rpartition(b"_")[2]

    def _is_alternative(self, look: bytes) -> bool:
        """Tell if a word is one of a pattern's, without blanks around the bars."""
        end = self._first + len(self._name)
        return self._text[end : end + 1] == b"|" and shapes.ALTERNATIVE.match(look) is not None

    def _is_the_name(self, look: bytes) -> bool:
        """Tell if a value is its name again, in any case: ``password=PASSWORD``."""
        name = _upper_end(self._name)
        if look[: len(name)].upper() != name:
            return False
        word = plain.WORD.match(look)
        return word is not None and word.group().rstrip(b"])}").upper() == name

    def _is_of_code(self, look: bytes) -> bool:
        """Tell if a name belongs to a program: ``int token = arg;``, ``self.token = token``."""
        if self._separator == b"+=" or self._name.startswith((b"self.", b"this.")):
            return plain.is_wordlike(look)
        if shapes.EXPRESSION.match(look) or (self._name == b"token" and shapes.LEXED.match(look)):
            return True
        text, first = self._text, self._first
        return text[first - 1 : first] in b" *" and shapes.TYPED.search(text, max(0, first - 12), first) is not None

    def _is_plain_behind_equals(self, look: bytes) -> bool:
        if separator_is_encoded(self._separator) and plain.is_version(look):
            return True
        if self._has_digit:
            return False
        leans = self._text[self._at - 2 : self._at] == b"= " and self._text[self._at - 3 : self._at - 2] != b" "
        if leans and ((plain.is_prose(look) and b" " in look[:24]) or shapes.NAME_BEGUN.match(look)):
            return True
        if self._is_option and shapes.CAPITALS.match(look):
            return True
        return plain.is_constant(look) or (plain.is_state(look) and not self._is_password)

    def _is_plain_behind_colon(self, look: bytes) -> bool:
        if plain.is_report(look) or (not self._has_digit and plain.is_state(look)):
            return True
        if self._name[:1] == b"." and self._text[self._first - 1 : self._first] == b"/":
            return True
        if self._has_digit:
            return False
        is_password = self._is_password and self._name.lower() not in (b"passwd", b"passwords")
        return not is_password and (plain.is_prose(look) or shapes.ENTRY_BEGUN.match(look) is not None)

    def may_become_plain(self, look: bytes) -> bool:
        """Tell if the text ends before it can be seen that the value is a secret: the next message is waited for."""
        return (
            shapes.UNKNOWN.fullmatch(look) is not None
            or plain.PATH.match(look) is not None
            or (self._separator[:1] == b"," and b"value".startswith(look.lower()))
            or any(scheme.startswith(look.lower()) for scheme in shapes.SCHEMES)
            or any(beginning.startswith(look) for beginning in plain.BEGINNINGS)
        )
