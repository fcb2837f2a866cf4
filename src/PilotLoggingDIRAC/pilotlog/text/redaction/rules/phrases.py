"""Prompts and their answers, talk of passwords, statements of SQL, and calls that take a password by its place."""

from __future__ import annotations

import re

from ..swallow import AUTHORITY, CHANGED, LINE, TOKEN
from ..values import code, plain
from ..values.leads import LINE_HEADER, QUOTE, Lead, always, anything

RULE = b"secret"
_CODE_SHAPE = re.compile(
    rb"(?:[A-Z0-9]{3,5}-[A-Z0-9]{3,5}(?:-[A-Z0-9]{3,5})?|[0-9]{6,10}|(?=[A-Z]*[0-9])[A-Z0-9]{6,10})" + code.END
)
_PASS = rb"(?i:passwor[dt]|pass ?phrase|pass ?code|passwd)"
#: The same as ``told`` begins it, as a place that has no secret takes its first letters from the other rules.
_ASS = rb"(?i:asswor[dt]|ass ?phrase|ass ?code|asswd)"
_OTHER_LANGUAGES = (
    rb"(?:(?i:de passe|trase(?:\xc3\xb1|n)a|enha|woord|nnwort|arola|senord|has\xc5\x82o)"
    rb"|\xd0[\xbf\x9f]\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xe5\xaf\x86[\xe7\xe7]\xa0[\x81\x82]"
    rb"|\xe5\xaf\x86\xe7\xa0\x81|\xe5\x8f\xa3\xe4\xbb\xa4|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89)"
)
#: A word in capitals that ends a sentence.
_METAVARIABLE = re.compile(rb"[A-Z_]{2,32}[.,](?=\s)")
_ASSIGNS = re.compile(rb"[A-Za-z_]+=[^=]")
_CODES = (
    rb"(?i:one[- ]time|temporary|verification|security|2fa|mfa|authentication|auth|device|user|recovery|backup"
    rb"|enter|the) \Z"
)
_WITH_DIGIT = rb"(?:[^\s\"'=:(]*[0-9!#$%&*+?@^_~|{}<>][^\s\"']{2}|[^\s\"'=:(]{5}[^\s\"'=:(]*[0-9!#$%&*+?@^_~])"
#: What was done with a secret, before it is told.
_DONE = rb"(?i: (?:is |was |has been |have been )?(?:now |set |changed |reset |updated |rotated |switched ){1,2}to)"


def _is_told(look: bytes) -> bool:
    return plain.is_opaque(look) or (plain.is_passwordlike(look) and not _ASSIGNS.match(look))


def _is_key(look: bytes) -> bool:
    return plain.is_opaque(look) or plain.is_seed(look) or (plain.is_passwordlike(look) and len(look.split()[0]) > 15)


def _is_key_material(look: bytes) -> bool:
    return plain.is_opaque(look) and not plain.is_fingerprint(look)


def _is_token(look: bytes) -> bool:
    return plain.is_opaque(look) or plain.is_uuid(look)


def _is_identifier(look: bytes) -> bool:
    """Tell if the password of a statement stands without quotes."""
    return look[:9].lower() != b"password " and (
        _is_told(look) or (look[:1].isupper() and not _METAVARIABLE.match(look))
    )


def _is_code(look: bytes) -> bool:
    return (_CODE_SHAPE.match(look) is not None and not plain.is_state(look)) or plain.is_opaque(look)


def _is_password(look: bytes) -> bool:
    return plain.is_passwordlike(look) or plain.is_spaced_phrase(look) or plain.is_phrase(look)


def _is_changed(look: bytes) -> bool:
    """Tell if the value before the word ``to`` or an arrow, or that after it, looks like a secret."""
    return plain.stands_out(look) or plain.stands_out(look.split(maxsplit=2)[-1].lstrip(b"\"'`"))


LEADS = (
    Lead(RULE, rb"(?i:pass ?phrase|password)(?: for(?: \S+)? \S+)?: ", rb"[a-z]{3}[a-z]* [a-z]{3}[a-z]* [a-z]{3}",
         plain.is_spaced_phrase, LINE),
    Lead(RULE, rb"(?i:key|oken|cret|passwords?) (?:mismatch|differs)[:,]? (?:expected|got)[ :=]+" + QUOTE,
         rb"[A-Za-z0-9+/=_-]{16}", plain.is_opaque),
    Lead(RULE, _PASS + rb"(?i: (?:is|was|set to))?:? ", rb"[a-z]{3}[a-z]*-[a-z]{3}[a-z]*-[a-z]{3}", plain.is_phrase),
    Lead(RULE, _PASS + rb" is generated for \S+: ", rb"[^\s]", anything),
    Lead(RULE, rb"[\"'] -> [\"']", rb"[^\s\"']", anything,
         command=rb"(?i:passw\w*|token|secret|_key|passphrase)[\"']? *[=:] *[\"']"),
    Lead(RULE, rb"\bPSK [\"']", rb"[^\s\"']", anything),
    Lead(RULE, _OTHER_LANGUAGES + rb" ?\xc2\xab[\s]?", rb"[^\s\"']", anything),
    Lead(RULE, rb"\(was:? ?" + QUOTE, rb"[^\s\"')]{4}", plain.is_passwordlike),
    Lead(RULE, rb"\(was:? ?[\"']", rb"[^\s\"')]{6}", anything, command=rb"(?i:passw\w*|secret|passphrase)[)]? \(\Z"),
    Lead(RULE, rb"(?i:p?assword|p?asswd|p?assphrase|oken|cret|_?key)[\]\"'/]*:? (?:(?:was )?(?i:change|rotate"
         rb"|update)[ds]?:? (?:from )?|from )" + QUOTE,
         rb"[^\s\"']+[\"'`]? (?:to|->|=>) ", _is_changed, CHANGED),
    Lead(RULE, rb"(?i:oken|cret| key|dential)(?:" + _DONE + rb"| to):? " + QUOTE, rb"[A-Za-z0-9_+/=.~-]{16}",
         _is_token),
    Lead(RULE, _ASS + rb"(?:" + _DONE + rb"| to):? " + QUOTE, rb"[^\s\"']{5}", _is_password),
    Lead(RULE, rb"\blogin [\w.@-]+[ ]*\r?\n" + LINE_HEADER + rb"[ \t]*password ", rb"[^\s]", anything),
    Lead(RULE, rb"(?i:using|with)(?: the)? password [\"'`]", rb"[^\s\"'`]{6}", anything),
    Lead(RULE, rb"\b(?i:pw|pass|pwd) (?:is|was)(?: now)?:? " + QUOTE, _WITH_DIGIT, plain.is_passwordlike),
    Lead(RULE, rb"(?i:oken|cret)(?: for(?: [\w.@-]+)+)(?: is| was)(?: now)?:? " + QUOTE, _WITH_DIGIT, _is_token),
    Lead(RULE, rb"\bpass=[\"']", rb"[A-Za-z]{8}[A-Za-z]*[\"']", anything),
    Lead(RULE, rb"(?i:assword|asswd|assphrase|oken|cret|api key)[^\n]*\r?\n" + LINE_HEADER +
               rb"(?:New|new|NEW) (?:value|one|password|token|key|secret)(?: is)?: ?" + QUOTE, rb"[^\s\"']{6}",
               plain.stands_out),
    Lead(RULE, _ASS + rb"(?i:(?: [a-z]+){1,3}): [\"'`]", rb"[^\s\"'`]{6}", plain.is_passwordlike,
         command=rb"(?<!invalid )(?<!unknown )(?<!missing )\w\Z"),
    Lead(RULE, _ASS + rb"(?i: for(?: [a-z0-9_.@-]+)+(?: is| was)) " + QUOTE, rb"[^\s\"']{5}", plain.is_passwordlike),
    Lead(RULE, _ASS + rb"(?i: (?:is|was|ist|lautet)): ?" + QUOTE, rb"[a-z]{6}[a-z]*\r?\n", anything),
    Lead(RULE, rb"(?i:user|login|account|as) [\w.@-]+,? (?:with |using |and )?(?:the )?password " + QUOTE,
         rb"[^\s\"']{6}", anything),
    Lead(RULE, rb"[\"']PASS ", rb"[^\s\"\\]+\\r", anything),
    Lead(RULE, rb"> ?PASS ", rb"[^\s]{6}[^\s]*\r?\n", anything),
    Lead(RULE, rb"(?i:oken|cret|_?key) [\[(<]", rb"[A-Za-z0-9_+/=.~-]{16}", plain.is_opaque, TOKEN),
    Lead(RULE, rb" [Kk]ey(?: [0-9])?:? (?:is:? )?" + QUOTE, rb"[A-Za-z0-9+/=_-]{16}", _is_key,
         command=rb"(?i:session|private|secret|encryption|master|unseal|shared) \Z"),
    Lead(RULE, rb"(?i:key|oken|cret|password)(?: \([^)\n]*\))? \[[^\]\n]*\]: ?", rb"[^\s\[]{6}", _is_key),
    Lead(RULE, rb"(?i:factor|otp|code) ?\([^()\n]*\): ?", rb"[0-9]{6}", _is_code),
    Lead(RULE, rb"(?i:cret id) *[:=] *", rb"[A-Za-z0-9_-]{16}", _is_token),
    Lead(RULE, rb"(?:_KEY|Key|key[0-9]) ", rb"[A-Za-z0-9_+/=-]{24}", _is_token,
         command=rb"_\Z|[a-z]K\Z|\bk\Z"),
    Lead(RULE, rb"\bsignature ", rb"[0-9a-f]{64}", always),
    Lead(RULE, rb"\bsession[ _-]id[\"']?[=:] ?" + QUOTE, rb"[A-Za-z0-9_-]{16}", plain.is_opaque),
    Lead(RULE, rb"dential [a-z]+: ?" + QUOTE, rb"[A-Za-z0-9+/]{24}", plain.is_opaque),
    Lead(RULE, rb"\bset \w*(?i:passw\w*|secret|token|passphrase) [\"']", rb"[^\s\"']", _is_password),
    Lead(RULE, rb"(?i:aes_(?:de|en)crypt|pgp_sym_\w+)\([^,\n]*, ?[\"']", rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:onnect(?:ion)?|construct|pdo)\([\s]*[\"'][^\"'\n]*[:/.;=][^\"'\n]*[\"'],[\s]*[\"'][^\"'\n]*["
         rb"\"'],[\s]*[\"']",
         rb"[^\s\"']", anything),
    Lead(RULE, rb"bind(?:_s)?\(\(?[\"'][^\"'\n]*[\"'], ?[\"']", rb"[^\s\"']", anything),
    Lead(RULE, _PASS + rb"(?i: for) [^\s=]+ ?= ?" + QUOTE, rb"[^\s\"']",
         lambda look: anything(look) and look[:9].upper() != b"PASSWORD("),
    Lead(RULE, rb"(?i:pass ?phrase) for [^\s:'\"]+: ?", rb"[a-z]{3}[a-z]* [a-z]{3}[a-z]* [a-z]{3}[a-z ]*\r?\n",
         plain.is_spaced_phrase, LINE),
    Lead(RULE, _PASS + rb" for(?: key| user| this| the| identity| account| PKCS12| file| config| profile| vault"
         rb"| store)*(?: '[^'\n]*'| \"[^\"\n]*\""
                       rb"| [^\s:'\"]+)?(?: identity)?(?: \([^()\n]*\))?: ?" + QUOTE,
         rb"[^\s\"']", anything, command=rb"(?<!read )\w\Z"),
    Lead(RULE, _PASS + rb" for (?:user |account |the |key )?\S+ (?:changed |set |reset )?to [\"'`]", rb"[^\s\"'`]",
         _is_password),
    Lead(RULE, _PASS + rb" ?\([^()\n]*\): ?" + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:pass ?phrase)(?: again)?: ?" + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, _OTHER_LANGUAGES + rb"(?: [^\n:=]*)? (?:est|es|is|ist|lautet|\xc3\xa8|\xc3\xa9)[ ]?:?[ ]" + QUOTE,
         rb"[^\s\"':]{6}",
         anything),
    Lead(RULE, _OTHER_LANGUAGES + rb"[ ]?(?:[:=]|\xef\xbc\x9a)[ ]?" + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\b(?i:otp|pin|passcode)(?:: ?| is:? | )" + QUOTE, rb"[A-Z0-9]{3}", _is_code),
    Lead(RULE, rb"(?i: (?:code|password)s?)(?:: ?| is:? | )" + QUOTE, rb"[A-Z0-9]{3}", _is_code, command=_CODES),
    Lead(RULE, rb" codes?: ?[A-Z0-9]+-[A-Z0-9]+,? ", rb"[A-Z0-9]{3}", _is_code, command=_CODES),
    Lead(RULE,
         _PASS + rb"(?i: (?:is|was|set to|for [\w.@-]+(?: is| was|:)|changed to|of(?: [\w.@-]+){1,5} (?:is|was)))?"
             rb"(?: is| was| ist| lautet)?:? " + QUOTE,
         _WITH_DIGIT, _is_told,
         command=rb"(?<![/.])\w\Z"),
    Lead(RULE, _PASS + rb"(?i: (?:is|was|set to))?:? [\"'`]", rb"[^\s\"'`]", _is_password),
    Lead(RULE, rb"(?i:oken|cret|[is] key|dential)(?i: (?:is(?: now)?|was|value|here|created|generated|issued"
               rb"|for [\w.@-]+|of(?: [\w.@-]+){1,5} (?:is|was)))?:? " + QUOTE,
         _WITH_DIGIT, _is_token, command=rb"(?<!checksum/se)(?<!checksum/t)\w\Z"),
    Lead(RULE, rb"(?i:ogin [\w.@-]+ password) " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:dentials? (?:for|of)(?: [\w.@-]+)+): ?" + QUOTE + rb"[A-Za-z][\w.@-]*(?::| ?/ ?)",
         rb"[^\s/]{6}", plain.is_passwordlike),
    Lead(RULE, rb"(?i:dentials?|/password|ogin(?: as| with)?|gged in(?: with| as)?|cated as|rying)[ :=]+" + QUOTE +
         rb"[A-Za-z][\w.@-]*(?::| ?/ ?)", rb"[^\s/]*[0-9#$%^&*!?~{}][^\s/]", plain.is_passwordlike),
    Lead(RULE, rb"\bPASS ", rb"[^\s]*[0-9!#-/:-@][^\s]", plain.is_passwordlike),
    Lead(RULE, rb"\b(?i:AUTH(?:ENTICATE)? (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5)) ",
         rb"[A-Za-z0-9+/]{6}[A-Za-z0-9+/]*[0-9=]", always, TOKEN),
    Lead(RULE, rb"334 (?:UGFzc3dvcmQ6|VXNlcm5hbWU6)\r?\n(?:[0-9]{4}-[^\n]*\] )?(?:[<>CS]: ?|> )?",
         rb"[A-Za-z0-9+/]{4}", always, TOKEN),
    Lead(RULE, rb"[0-9] LOGIN \"?[\w.@-]+\"? " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:dentify|ickServ) " + QUOTE, rb"[^\s\"']", plain.is_passwordlike),
    Lead(RULE, rb"(?i:quirepass|sterauth|indpw|ootpw:?(?: --\w+)?) " + QUOTE, rb"[^\s\"'-]", anything),
    Lead(RULE, rb"(?i:ntified (?:with \S+ )?(?:by|as)(?: password)?) [\"'`]", rb"[^\s\"']", anything),
    Lead(RULE, rb"(?:NTIFIED|ntified) (?:(?i:with) \S+ (?i:as|by)|(?i:by))(?i: password)? ", rb"[^\s\"']",
         _is_identifier),
    Lead(RULE, rb"\b(?i:password) ?\([\"']", rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:ragma (?:re|hex)?key) ?= ?" + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:nsert into \S+ ?\([^)\n]*(?:passw|token|secret)[^)\n]*\) ?values ?)\(", rb"[^\s]", always, LINE),
    Lead(RULE, rb"(?i:onnect|onnection)\([\"'][\w-]+[\"'], ?[\"']", rb"[^\"'\n]+[\"'], ?[\"'][^\"'\n]*[\"']",
         anything, LINE),
    Lead(RULE, rb"(?i:onnect|onnection)\([\"'][\w.]+/", rb"[^\s\"'@/]+@", anything, AUTHORITY),
    Lead(RULE, rb"(?i:uth|ogin|nnect|cate|ntials|_password|_secret)"
               rb"(?:[\"\']?(?: ?[=:] ?))?\((?:[\w.]+, ?)*[bru]?[\"'][^\"'=\n]*[\"'], ?[bru]?[\"']",
         rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:password|passwd|oken|cret(?:str)?|passphrase|_?key)\([bru]?[\"']",
         rb"[^\s\"']", lambda look: always(look) and not plain.is_wordlike(look)),
    Lead(RULE, rb"\([ ]?(?i:password|passwd|secret|token) [\"']", rb"[^\s\"']", anything),
    Lead(RULE, rb"\{(?i:password|passwd|secret|token), ?[\"']", rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:key|xponent)(?: \(\w+\)| material)?(?: ?[:=]| is) ?" + QUOTE,
         rb"[A-Za-z0-9+/=_-]{16}", _is_key_material, command=rb"(?i)(?<!public[ _-])\w\Z"),
    Lead(RULE, rb"(?i:oken|cret|word)[{(\[]value=[\"']?", rb"[^\s\"']", anything),
    Lead(RULE, rb"(?i:gotiate|ntlm|rberos) ", rb"[A-Za-z0-9+/]{20}", always, TOKEN),
)  # fmt: skip
