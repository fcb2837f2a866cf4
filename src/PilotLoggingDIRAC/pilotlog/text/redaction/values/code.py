"""Values that belong to a program: expressions, names with dots, algorithms; and where a value may end."""

from __future__ import annotations

import re

#: Where a value may end.
END = rb"""(?=[\s"'\\,;&`\x00]|[)\]}>|](?![A-Za-z0-9])|%2[267]|\Z)"""
#: A part of a name with dots.
_PART = rb"_{0,2}(?:[a-z][a-z_]{1,40}|(?:[a-z]{3,20})?(?:[A-Z][a-z]{2,20}){1,5})"
#: An expression of a program: a call, an item of a mapping, an attribute.
_CODE = re.compile(
    rb"""[a-z_]{2,40}\d{0,2}(?:\.[a-z_0-9]{2,40}){0,3}[\[(](?:(?:[A-Za-z_][A-Za-z_.]{0,40})?[\]),:( ]|:-?\d|'\{)"""
    rb"""|(?:await\s|new\s|not\s|lambda\s|self\.|this\.|cls\.)?[A-Za-z_][A-Za-z_]{0,40}(?:[0-9]?(?:\.|::|->)[A-Za-z_][A-Za-z_0-9]{0,40}){0,6}(?:\(\)|[\[(](?=[bfru]?["']|[a-z_]{1,40}[,=).\[]|[A-Z_]{2,40}[,)])|[\[(]\Z)"""
    rb"|(?:self|this|cls|args|config|os|settings|options|request|kwargs)\.[a-z_.]{1,64}(?:" + END + rb"|[\[(])"
    rb"|" + _PART + rb"(?:\." + _PART + rb"){1,6}[\[(]|[A-Za-z_]{2,40}\((?:\.\.\.|\d{1,3}\)|\s*\r?\n|[a-z_]{2,20}=)"
    rb"|[A-Z][A-Za-z]{2,40}<[A-Z][A-Za-z]{2}|[A-Z][A-Za-z]{2,24}\[[\"'A-Za-z.]{2,64}[\],]"
)
#: A module, a class or an attribute: names with dots between.
_DOTTED = re.compile(_PART + rb"(?:\." + _PART + rb"){1,6}[,.;:]?" + END)
_IDENTIFIER = re.compile(rb"_{0,2}[A-Za-z]{1,24}(?:_[A-Za-z]{1,24}){0,6}" + END)
#: Names of ways to hash, encrypt or write text.
_ALGORITHM = re.compile(
    rb"(?i:(?:scram-|hmac-|rsa-|pbkdf2-|ecdsa-)*(?:sha(?:-?[0-9]{1,3})?|aes|md[45]|aes-?\d{3}|a\d{3}gcm|des3?|rs\d{3}|hs\d{3}|es\d{3}"
    rb"|ed25519|utf-?\d{1,2}|latin-?1|ascii|base64|bcrypt|argon2i?d?|scrypt|amd64|arm64|i[3-6]86|x86[_-]64|aarch64|ppc64\w{0,2}|s390x|noarch)(?:-[a-z]{2,4})?(?:-plus)?)"
    + END
)
#: A word that is all, so that it is no expression.
_ONE_WORD = re.compile(rb"[\w-]++(?=[\"',;\r\n]|\Z)")
_LITERAL = re.compile(rb"[A-Za-z_.:0-9>-]{1,200}[\[(][bfru]?([\"'])")
_READS = re.compile(
    rb"(?i)[\w.:>-]{0,200}(?:env|environ|get(?:value|option|attr)?|encode|decode|split|strip|pop|read|load|open|prompt|getpass|request|config\w*|headers|args|kwargs"
    rb"|find|lookup|fetch\w*|getitem)[\[(][bfru]?[\"']"
)
_FIRST_OF_ALGORITHMS = frozenset(
    b"sh sc hm rs pb ec md ae a1 a2 de hs es ed ut la as ba bc ar am i3 i4 i5 i6 x8 aa pp s3 no".split()
)
_COLOUR = re.compile(rb"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})" + END)


def code_literal(look: bytes) -> int | None:
    """Return where the literal begins that may be a secret, in an expression of a program; 0 where there is none."""
    if _ONE_WORD.match(look) or not _CODE.match(look):
        return None
    literal = _LITERAL.match(look)
    return literal.end() if literal and not _READS.match(look) else 0


def is_name_of_code(look: bytes) -> bool:
    """Tell if a value is a name of a program: a class in its module, an algorithm, a colour."""
    return (
        is_algorithm(look)
        or (b"." in look[:48] and _DOTTED.match(look) is not None)
        or (look[:1] == b"#" and _COLOUR.match(look) is not None)
    )


def is_algorithm(look: bytes) -> bool:
    """Tell if a value names a way to hash, to encrypt or to write text."""
    return look[:2].lower() in _FIRST_OF_ALGORITHMS and _ALGORITHM.match(look) is not None


def is_identifier(look: bytes) -> bool:
    """Tell if a value is letters, with underscores between."""
    return _IDENTIFIER.match(look) is not None
