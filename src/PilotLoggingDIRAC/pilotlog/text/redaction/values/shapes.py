"""Shapes of values after names: schemes, lists, code, sizes, and what is no value yet."""

from __future__ import annotations

import re

from ..swallow import QUOTES
from .code import END

SCHEME = re.compile(
    rb"\[?(?i:bearer|basic|token|negotiate|digest|gssapi|macaroon|ntlm|apikey|jwt|private)(?:[ \t]|%20|\+)+(?:token="
    rb"|key=)?"
)
FIRST_OF_SCHEMES = b"[bBtTnNdDgGmMaAjJpP"
SCHEMES = (b"bearer", b"basic", b"token", b"negotiate", b"digest", b"gssapi", b"macaroon", b"ntlm")
EMPTY_CONTAINER = re.compile(rb"""[\[{(](?=[\s"'\\{\[(}\])]|\Z)""")
ARRAY = re.compile(rb"\(\s{0,8}(?:\[\w{1,64}\]=)?[\"']")
KEY_BEGUN = re.compile(rb"-{4,5} ?BEGIN[ +%]")
TYPED = re.compile(rb"(?:^|[\s(:<,])(?:string|int|char ?\*|auto|String|bytes|var|let|const|size_t|str|Token) \**\Z")
OF_PROSE = re.compile(rb"[a-z]{2,12} (?:for|here|is|are|of|to|and|or|in|the|as|if|on)\b")
NO_VALUE = re.compile(rb"[^\w\s\x80-\xff]{1,8}(?=\s|\Z)")
EXPRESSION = re.compile(rb"[A-Za-z_]{2,32}(?: (?:\+|=|%|or|and|if) |, [a-z_]{2,32}(?:\r?\n|\Z))")
CODES = frozenset([b"otp", b"pin", b"totp", b"passcode", b"mfa"])
CODE = re.compile(rb"\d{6,8}" + END)
LIST = re.compile(rb"\[\s{0,8}[bu]?(?:" + QUOTES + rb")")
SCALAR = re.compile(rb"(?:!!?(?!vault)[a-z]{1,12} )?[|>][+-]?[0-9]?[ \t]*(?:\r?\n|\Z)")
ENTRY_BEGUN = re.compile(rb"[a-z_-]{2,20}=")
#: The next name, where this one has no value: ``password= scmVersion=``.
NAME_BEGUN = re.compile(rb"[A-Za-z_-]{2,20}=(?![A-Za-z0-9+/=])")
#: A mapping, whose entries have their own names.
MAPPING = re.compile(
    rb"[{(]\s?([\"']?)[A-Za-z_]{1,32}\1\s?(?:=>|[:=])(?!:)"
    rb"|\[\s?(?:([\"'])[A-Za-z_]{1,32}\2\s?(?:=>|[:=])|[A-Za-z_]{1,32}\s?(?:=>|=|:(?=[\s\"'\[{])))"
)
#: Words, as a list of choices has them, to the quote after them.
QUOTED_WORDS = re.compile(rb"[a-z]{2,16}(?:,? [a-z]{2,16}){1,8}[\"']")
KEY_OF_CLOUD = re.compile(rb"A[KS]IA[A-Z0-9]{12}")
#: The identifier of a key of S3, which is not its secret.
KEY_IDENTIFIER = re.compile(rb"(?=[A-Z]{0,19}[0-9])[A-Z0-9]{20}" + END)
#: A URL that holds its secret in a parameter with a name.
WITH_PARAMETER = re.compile(
    rb"[a-z]{2,8}://[\w.:-]{1,80}(?:/[\w./~%:+-]{0,200})?\?(?:[\w.%-]{1,40}=[^\s&\"']{0,200}&){0,8}"
    rb"(?i:[\w.-]{0,20}(?:authz|token|signature|sig|macaroon|secret|key|passw\w+))="
)
CAPITALS = re.compile(rb"[A-Z]{3,16}(?=[ \t]{2}|[\])]|\r?\n)")
ALTERNATIVE = re.compile(rb"[A-Za-z_]{1,40}[|)/]")
#: Other names: one that a name is compared with, and one that a call is given for it.
COMPARED = re.compile(rb"[A-Za-z_]{1,40}(?:[:;)]|&&|\|\|)?(?=\s|\Z)")
ARGUMENT = re.compile(rb"(?:pass(?:wd|word|phrase)?|pwd|pw|token|secret|key|creds?|credentials)\)")
CLASS = re.compile(rb"[A-Z][a-z]{2,20}(?=\s|\Z)")
IN_CAPITALS = re.compile(rb"[A-Z]{2,12}(?:-[A-Z]{2,12})*(?= [a-z])")
#: A digit among the first letters, as no name of a program has it.
EARLY_DIGIT = re.compile(rb"[A-Za-z_-]{0,15}[0-9]")
LOWER_CAMEL = re.compile(rb"[a-z]{3,20}(?:[A-Z][a-z]{1,20}){1,4}\Z")
PLURAL_NUMBER = re.compile(rb"\d{1,20}" + END)
#: A number of something, and a number that an error has: ``TOKENS:2:Failed``.
SIZE = re.compile(rb"\d{1,12} (?:[kKMG]?i?[bB]ytes|[kMG]i?B|chars|characters|ms|seconds)\b")
NUMBERED = re.compile(rb"\d{1,3}:[A-Z][a-z]{1,16} ")
#: A lexer's word on a token.
LEXED = re.compile(rb"[A-Z_]{2,16} [a-z]{2,16}=")
#: A letter that is written as an escape, as no control character is.
ESCAPED_LETTER = re.compile(rb"\\x[2-9A-Fa-f][0-9A-Fa-f]")
#: The bracket of a call after the quote that ends its text: ``getpass('password: ')``.
CALL_END = re.compile(rb"\)(?=[\s,;):]|\Z)")
VARIABLE = re.compile(rb"[A-Z][A-Z0-9]{0,32}(?:_[A-Z0-9]{1,32}){1,8}" + END)
METAVARIABLE = re.compile(rb"[A-Z_]{2,32}" + END)
LINE_END = re.compile(rb"\\?\r?\n")
TOLD = re.compile(rb"[A-Za-z][A-Za-z ,.:'()_-]*(?:[\"'\\]|\Z|\n)")
SIGN = re.compile(rb"[^\w\s]{1,2}\\*[\"']")
#: A quote that may be to come, or a list, or a marker that is not whole.
UNKNOWN = re.compile(
    rb"\\{0,3}|%2?|\$|[bBrRuU]{1,2}|[\[{(]\s{0,8}[bu]?\\{0,3}|\[(?:r|re|red|reda|redac|redact|redacte|redacted"
    rb"|redacted:[\w-]{0,64}\]?)|[*]{1,8}|[|>][+-]?(?:\[redacted:[\w-]{0,64}\]?)?"
    rb"|[\[{(]\s{0,8}\\{0,3}[\"']\w{0,64}|-{1,5}[A-Z0-9 ]{0,40}-{0,5}|:|</?\w{0,16}|!!?[a-z]{0,12}|&\w{0,20}"
)
#: A value that is too short for a token.
SHORT_VALUE = re.compile(rb"[\"']?[ \t]?[:=][ \t]?[\"']?[^\s\"',;]{1,15}(?=[\s\"',;])")
STATED = re.compile(rb":[ \t]+([A-Za-z]{1,20})(?=[\s,;!)])(?! ?[=:])")
