"""Secrets that are known by the place they stand in: of the grid, of hashes and keys, paths of webhooks, XML."""

from __future__ import annotations

import binascii
import re

from ..swallow import BARE, ESCAPED, HASH, HEX_LINES, LINE, PATH_OF_URL, QUERY, SEGMENT, TOKEN, USERS
from ..values import code, plain
from ..values.leads import LINE_HEADER, QUOTE, Lead, always, anything

RULE = b"secret"
_HEX = rb"[0-9a-fA-F]"
_HOOKS = (
    rb"(?:hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/"
    rb"|/hooks/|webhook\.office\.com/webhookb2/|outlook\.office\.com/webhook/|oraclecloud\.com/p/"
    rb"|hooks\.zapier\.com/hooks/catch/|/services/hooks/"
    rb"|chat\.googleapis\.com/v1/spaces/[^\s?]*\?key=|maker\.ifttt\.com/trigger/\w+/with/key/"
    rb"|api\.softlayer\.com/soap/v3(?:\.1)?/|/webhooks/)"
)

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{8,}={0,2}" + code.END)


def _is_user_and_password(look: bytes) -> bool:
    """Tell if base64 stands for ``user:password``."""
    match = _BASE64.match(look)
    if not match or len(match.group()) % 4:
        return False
    decoded = binascii.a2b_base64(match.group())
    return b":" in decoded and decoded.isascii() and decoded.decode("ascii").isprintable()


_ESCAPED_QUOTE = rb"(?:&quot;|&apos;|&#0?3[49];|\\\\?u002[27])"

LEADS = (
    Lead(RULE, rb"(?i:oken|passwd|password|passphrase|cret|_?key)" + _ESCAPED_QUOTE + rb" ?[:=,] ?" + _ESCAPED_QUOTE,
         rb"[^\s&\\]", anything, ESCAPED),
    Lead(RULE, rb"(?:snmp-server |\br[ow])community6? " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\bcom2sec6? \S+ \S+ " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"chpasswd:[ ]*\r?\n(?:" + LINE_HEADER + rb"[ ]+expire: \w+\r?\n)?" + LINE_HEADER +
         rb"[ ]+(?:list|users):"
         rb"(?: \|[+-]?)?\r?\n" + LINE_HEADER + rb"[ -]+[\w.-]+:", rb"[^\s]", always, USERS),
    Lead(RULE, rb"\bauth\\{0,3}[\"'] ?: ?\\{0,3}[\"']", rb"[A-Za-z0-9+/]{8}", _is_user_and_password, TOKEN),
    Lead(RULE, rb"\bpasswords\r?\n" + LINE_HEADER + rb"[ ]*[\w.-]+:", rb"[^\s:/]{8}", plain.is_passwordlike, USERS),
    Lead(RULE, rb"\bplain_text ", rb"[A-Za-z0-9_.-]+ [A-Za-z0-9+/=_-]{16}", always, LINE),
    Lead(RULE, rb"\b[Kk]ey:? 0x", _HEX + rb"{32}", always, TOKEN),
    Lead(RULE, rb"\b[Bb]asic ", rb"[A-Za-z0-9+/]{8}", _is_user_and_password, TOKEN),
    Lead(RULE, rb"zteos64(?::|%3[aA])", rb"[A-Za-z0-9+/]{8}", always, TOKEN),
    Lead(RULE, rb":", rb"AA[A-Za-z0-9_-]{30}", always, TOKEN, command=rb"[0-9]{8}:\Z"),
    Lead(RULE, rb"-unknown-", rb"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?", always, TOKEN),
    Lead(b"private-key", rb"", rb"(?:RWRTY0Iy|RWRCSwAA|BQIAAAB)[A-Za-z0-9+/]{24}|nsec1[a-z0-9]{40}", always, TOKEN),
    Lead(b"private-key", rb"\(0x", rb"[0-9a-f]{16}", always, TOKEN,
         command=rb"(?:aes[0-9]+-cts|arcfour|rc4|hmac|des)[\w-]*\)? +\(\Z"),
    Lead(b"private-key", rb"[\"']?proxy\w*[\"']?(?:: ?| = [\w.(]*)[\"']{1,3}", rb"[A-Za-z0-9+/]{40}", always, TOKEN),
    Lead(b"private-key", rb"b64decode\([bru]?[\"']{1,3}", rb"(?:QlpoO|H4sI|LS0tLS1)[A-Za-z0-9+/]{40}", always, TOKEN),
    Lead(RULE, rb"(?i:dockerconfigjson|dockercfg)[\"']?[:=] ?" + QUOTE, rb"[A-Za-z0-9+/]{16}", always, TOKEN),
    Lead(RULE, rb"release: ", rb"H4sIA[A-Za-z0-9+/]{20}", always, TOKEN),
    Lead(RULE, rb"SCRAM-SHA-[0-9]+\$[0-9]+:", rb"[A-Za-z0-9+/]{8}", always, BARE),
    Lead(RULE, rb"grub\.pbkdf2\.sha512\.[0-9]+\.", _HEX + rb"{16}", always, TOKEN),
    Lead(RULE, rb"", rb"\$(?:apr1|[156y])\$[A-Za-z0-9./]{16}", always, HASH),
    Lead(RULE, rb"::add-mask::", rb"[^\s]", always, LINE),
    Lead(RULE, rb"name=[\w-]*(?i:token|secret|passw|key)[\w-]*::", rb"[^\s]", always, LINE),
    Lead(RULE, rb"(?:postgres\w*|mysql\w*|mongodb\w*|rediss?|amqps?)(?:\+\w+)?//[\w.-]+:", rb"[^\s@/]+@", always, BARE),
    Lead(RULE, rb"(?i:dsn)[\"']?[=:] ?[\"']?[\w.-]+:", rb"[^\s@/]+@", always, BARE),
    Lead(RULE, rb"input_value=[\"']", rb"[^\s]{16}", plain.is_opaque),
    Lead(RULE, rb"\.login=", rb"[a-z0-9_]{24}", plain.is_opaque),
    Lead(RULE, rb">#[0-9]+#[0-9]+#(?:\[[^\]\n]*\])?(?:\.\.\.)?", rb"[0-9a-zA-Z]{6}", always, TOKEN),
    Lead(RULE, rb"<(?:Signature|SignatureValue|sig)>", rb"[A-Za-z0-9+/]{16}", always, TOKEN),
    Lead(b"cloud-key", rb"[0-9]Q~|\.atlasv1\.", rb"[A-Za-z0-9_~.-]{16}", always, TOKEN),
    Lead(RULE, rb"\bs\.", rb"[A-Za-z0-9]{24}", plain.is_opaque, TOKEN),
    Lead(RULE, rb"\bk:", _HEX + rb"{16}", always, TOKEN),
    Lead(RULE, rb"AUTH\\r\\n\$[0-9]+\\r\\n", rb"[^\s\\]", always, LINE),
    Lead(RULE, rb"[?&]u(?:ser)?=[^&\s]*&p=", rb"[^&\s]", anything, QUERY),
    Lead(RULE, rb"[_-](?i:auth)(?:\\?[\"'] ?[:=] ?\\?[\"']| ?= ?[\"']?)[\w.@-]+:", rb"[^\s\"'/]",
         plain.is_passwordlike),
    Lead(RULE, rb"(?i:key|cret|oken|assword)(?: for [\w.@/-]+)? [\[(]?(?i:hex)[\])]?(?:[ :=]+|: ?)",
         _HEX + rb"{32}", always, TOKEN,
         command=rb"(?i)(?<!public[ _-])\w\Z"),
    Lead(b"private-key", rb"\b(?:PrivateExponent|Prime[12]|Exponent[12]|Coefficient): ",
         rb"[A-Za-z0-9+/]{16}[A-Za-z0-9+/]*", always, TOKEN),
    Lead(b"private-key", rb"\((?:d|p|q|u) #", _HEX + rb"{16}", always, TOKEN),
    Lead(RULE, rb"MUNGE:", rb"[A-Za-z0-9+/=]{6}", always, TOKEN),
    Lead(RULE, rb"\b(?:CLIENT|SERVER|EXPORTER)_[A-Z_]+(?:_[0-9])? ", _HEX + rb"{8}", always, LINE),
    Lead(RULE, rb"\b(?i:Resumption PSK|Master-Key|Session-Secret|Pre-Master Secret|Keying material): ?", _HEX +
         rb"{8}", always, TOKEN),
    Lead(RULE, rb"", rb"\$(?:1|2[abxy]|5|6|y|gy|7|apr1|argon2(?:id|i|d)|scrypt|pbkdf2(?:-[a-z0-9]+)?|bcrypt-sha256|md5"
                     rb"|sha1|P|H|8|9)\$[A-Za-z0-9./=,+_-]*\$[A-Za-z0-9./=,+]", always, HASH),
    Lead(RULE, rb"\$2[abxy]?\$[0-9][0-9]\$", rb"[A-Za-z0-9./]{20}", always, HASH),
    Lead(RULE, rb"\bpbkdf2_sha(?:1|256|512)\$[0-9]+\$", rb"[A-Za-z0-9./]", always, HASH),
    Lead(RULE, rb"\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2[-A-Z0-9]*|ARGON2)\}",
         rb"[A-Za-z0-9+/$]{8}", always, HASH),
    Lead(RULE, rb":[0-9]+:[0-9a-fA-F]+:", _HEX + _HEX * 15 + rb"+:::", always, TOKEN),
    Lead(RULE, rb"\bENC\(", rb"[A-Za-z0-9+/=]{8}", always, TOKEN),
    Lead(RULE, rb":(?:[0-9]{4,5}|\*):[\w*-]+:[A-Za-z][\w.@-]*:", rb"[^\s:/]+(?:\r?\n|\z)", plain.is_passwordlike),
    Lead(b"private-key", rb"\b(?:privateExponent|prime[12]|exponent[12]|coefficient|priv|private-key):[ ]*\r?",
         rb"\n(?:[^\n]*" + _HEX + _HEX + rb":" + _HEX + _HEX + rb"[:\r\n]|[ \t]*\z)", always, HEX_LINES),
    Lead(b"private-key", rb"[\"'](?:d|p|q|dp|dq|qi|k)\\*[\"'] ?: ?" + QUOTE, rb"[A-Za-z0-9_-]{16}", plain.is_opaque),
    Lead(b"private-key", rb"<(?:D|P|Q|DP|DQ|InverseQ)>", rb"[A-Za-z0-9+/]{12}", always, TOKEN),
    Lead(RULE, rb"(?i:" + _HOOKS + rb")", rb"[A-Za-z0-9_:-]{8}[A-Za-z0-9_:/@.-]*", plain.is_path_of_hook, PATH_OF_URL),
    Lead(RULE, rb"/t/", rb"[A-Za-z0-9_-]{8}[A-Za-z0-9_-]*/", plain.is_segment_of_token, SEGMENT),
    Lead(RULE, rb"api\.telegram\.org/(?:file/)?bot", rb"[A-Za-z0-9_:-]{8}", always, SEGMENT),
    Lead(RULE, rb"\t(?:TRUE|FALSE)\t[0-9]+\t[^\t\n]+\t", rb"[^\s]", always, LINE),
    Lead(RULE, rb"\]:(?:25|465|587|2525)[ \t]+[\w.@+-]+:", rb"[^\s:/]", anything),
    Lead(RULE, rb"(?i:munge|vault|passw\w*|oken|cret|_auth|cookie)(?:[_.-]\w+)*[\"']?\r?\n" + LINE_HEADER,
         rb"[A-Za-z0-9+/=_-]{24}[A-Za-z0-9+/=_-]*\r?\n", always,
         command=rb"\b(?:cat|base64|head|tail|less|more|xxd|strings|type|bat)\b[^|;&]*\Z"),
    Lead(RULE, rb":(?:5432|6432|3306):[\w*-]+:[\w.@*-]+:", rb"[^\s:/]+(?:\r?\n|\z)", anything),
    Lead(RULE, rb"\b(?:stats auth |cache_peer [^\n]*\blogin=)[\w.@-]+:", rb"[^\s:/]", anything),
    Lead(RULE, rb"\bpasswd [\w.-]+ ", _HEX + rb"{8} read-", always),
)  # fmt: skip
