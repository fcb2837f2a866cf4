"""Credentials on command lines, and in lists of their arguments."""

from __future__ import annotations

import re

from ..swallow import AUTHORITY
from ..values import code, plain
from ..values.leads import GAP, QUOTE, Lead, anything

RULE = b"secret"
_MARKED = re.compile(rb"[\w.-]{1,64}:\[redacted:")
_PORTS = re.compile(rb"(?:[\d.]{1,15}:)?\d{1,5}(?:[:-]\d{1,5})?(?:/\w+)?(?=[\s\"',]|\Z)")
_MYSQL = rb"\b(?:mysql\w*|mariadb[\w-]*|7za?|7zr|rar|unrar|sshpass)\b"
_DASH_P = (
    rb"\b(?:sshpass|docker|podman|nerdctl|skopeo|buildah|apptainer|singularity|helm|az|oc|mongo\w*|twine"
    rb"|condor_store_cred|mosquitto_\w+"
    rb"|gfal|arangosh|cqlsh|influx|ncftp\w*|svn|rclone|oras|crane|cf|ibmcloud|robot|winexe|rpcclient|xfreerdp"
    rb"|htcondor|glite-[\w-]+|dirac-(?:admin-)?proxy[\w-]*)\b"
)
_CAPITAL_P = rb"\b(?:sqlcmd|bcp|isql|zip|unzip|ipmitool|ssh-keygen|plink|pscp|psftp|mosquitto_\w+|osql|fastboot)\b"
_PIPED = (
    rb"\| *(?:sudo(?: \S+)* -S|sudo -S|docker login|podman login|helm registry|chpasswd|kinit|passwd|gpg|su\b(?! *--)"
    rb"|oidc-|voms-|grid-proxy|myproxy|apptainer|singularity|vault|ssh-add|xargs"
    rb"|iinit|arcproxy|dirac-proxy|\S{1,32} --?[\w-]{0,24}stdin"
    rb"|base64 -+[dD]\w* *>+ *\S*(?:secret|token|passw|key|cred|proxy)"
    rb"|cryptsetup|ansible-vault|ldap\w+|mysql|smbclient|kadmin|ecryptfs|veracrypt|gocryptfs|restic|borg)"
)


def _is_no_port(look: bytes) -> bool:
    return anything(look) and not code.is_algorithm(look) and not _PORTS.match(look)


def _is_unmarked(look: bytes) -> bool:
    return anything(look) and not _MARKED.match(look)


def _option(option: bytes, command: bytes, gap: bytes = GAP) -> Lead:
    return Lead(RULE, rb"[ \"']" + option + gap, rb"[^\s\"',-]", _is_no_port, command=command)


_OPTIONS = (
    Lead(RULE, rb"[ \"'](?:-[a-zA-Z]{0,4}[uUa]|--(?:proxy-)?user|--auth)(?:" + GAP + rb")?[^\s:'\"$/@=-][^\s:'\"$/"
         rb"]*[\"']?:" + QUOTE,
         rb"[^\s\"'/]", anything, command=rb"\b(?:curl|wget|https?|xh|hey|aria2c|siege|lftp)\b"),
    Lead(RULE, rb"[ \"']--(?:basic-|proxy-|src-|dest-)?(?:user|auth|creds|credentials)" + GAP +
         rb"[^\s:'\"$/@=-][^\s:'\"$/]*:",
         rb"[^\s\"'/]", plain.is_passwordlike),
    Lead(RULE, rb"[ \"']-u(?:" + GAP + rb")?[\w.@-]+,", rb"[^\s\"',]", anything, command=rb"\blftp\b"),
    Lead(RULE, rb"[ \"'](?:-U|--user)(?:" + GAP + rb")?[\w.@\\/-]+%", rb"[^\s\"',]", anything,
         command=rb"\b(?:smb\w*|rpcclient|net|winexe|smbclient)\b"),
    _option(rb"-p", _MYSQL, QUOTE),
    _option(rb"-p", _DASH_P),
    _option(rb"-P", _CAPITAL_P),
    _option(rb"-c", rb"\bsnmp\w+"),
    _option(rb"-K", rb"\bswift\b"),
    _option(rb"-(?:hmac|macopt hexkey:|K)", rb"\bopenssl\b"),
    _option(rb"-(?:s|a|w|y)", rb"\bldap\w+"),
    _option(rb"-(?:pw|w)", rb"\b(?:kadmin\w*|plink|pscp|ktutil)\b"),
    _option(rb"(?:-xp|-ap)", rb"\bswaks\b"),
    _option(rb"-p", rb"\b(?:usermod|useradd)\b"),
    Lead(RULE, rb"[ \"'](?:-b|--cookie)" + GAP + rb"[\w.-]+=", rb"[^\s\"']", plain.is_opaque, command=
         rb"\b(?:curl|wget)\b"),
    Lead(RULE, rb"[ \"'](?:-E|--cert)" + GAP + rb"[\w./-]+:", rb"[^\s\"']", anything, command=rb"\bcurl\b"),
    Lead(RULE, rb"[ \"'](?:-k|-t|--(?:key|api-key|rt|at|refresh|access|jwt|tok|bearer))" + GAP,
         rb"[A-Za-z0-9_-]{24}", plain.is_opaque),
    Lead(RULE, rb"[ \"']--?auth" + GAP + rb"[\w.@-]+:", rb"[^\s\"']", anything),
    Lead(RULE, rb" auth [\w.@-]+:", rb"[^\s\"']", plain.is_passwordlike),
    Lead(RULE, rb"_attach(?:=|[\"']?,? [\"']?)https?://[^\s\"']+[\"']?,? " + QUOTE, rb"[^\s\"']{8}", plain.stands_out),
    Lead(RULE, rb"[ \"']-p" + GAP + rb"[a-z]+=", rb"[^\s\"']", anything, command=rb"\barcproxy\b"),
    Lead(RULE, rb"[ \"']/p:", rb"[^\s\"']", anything, command=rb"\bx?freerdp\b"),
    Lead(RULE, rb"[ \"']/user:\S+ " + QUOTE, rb"[^\s\"'/]", anything, command=rb"\bnet use\b"),
    Lead(RULE, rb"[ \"']--from-literal" + GAP + rb"[\w.-]+=", rb"[^\s\"']", anything),
    Lead(RULE, rb"\bConvertTo-SecureString(?: -String)?" + GAP, rb"[^\s\"'$-]", anything),
    Lead(RULE, rb"[ \"']-String" + GAP, rb"[^\s\"'$]", anything, command=rb"ConvertTo-SecureString"),
    _option(rb"-[aA]", rb"\b(?:redis-cli|snmp\w+|keydb-cli)\b"),
    _option(rb"-X", rb"\bsnmp\w+"),
    _option(rb"-N", rb"\bssh-keygen\b"),
    _option(rb"-[kK]", rb"\bopenssl\b"),
    Lead(RULE, rb"[ \"']--?(?:pass|pwd|pw|psw|userpass|storepass|keypass|pin|psk)" + GAP,
         rb"[^\s\"',-]", plain.is_passwordlike),
)  # fmt: skip
_PIPES = (
    Lead(RULE, rb"\b(?:echo|printf) (?:-\w+ )?" + QUOTE + rb"[\w.-]+:", rb"[^\s]", anything,
         behind=rb"[^\n]*(?:\| *|\n(?:[0-9-]+T[^\n\]]*\] )?\++ )(?:sudo )?(?:\S*/)?chpasswd"),
    Lead(RULE, rb"\b(?:echo|printf)(?: -\w+| ['\"]%s(?:\\n)?['\"])* " + QUOTE, rb"[^\s]", _is_unmarked, behind=
         rb"[^\n]*?" + _PIPED),
    Lead(RULE, rb"\b(?:echo|printf)(?: -\w+| ['\"]%s(?:\\n)?['\"])* " + QUOTE, rb"[^\s]", anything,
         behind=rb"[^\n]*\n(?:[0-9-]+T[^\n\]]*\] )?\++ [^\n]*(?:stdin|sudo -S|passphrase-fd|chpasswd|kinit|cryptsetup"
                rb"|base64 -d)"),
    Lead(RULE, rb"<\((?:echo|printf)(?: -\w+| ['\"]%s(?:\\n)?['\"])* " + QUOTE, rb"[^\s\"']{5}", plain.stands_out),
    Lead(RULE, rb"\b(?:echo|printf)(?: -\w+| ['\"]%s(?:\\n)?['\"])* " + QUOTE, rb"[^\s]",
         lambda look: plain.is_opaque(look) or plain.is_passwordlike(look), behind=rb"[^\s|<>\"']++[\"']? *>+ *\S*"
              rb"(?i:token|passw|secret|cred|_key|bt_u)"),
)  # fmt: skip

#: Commands that read a password, or what is made into one, from a here-document or a string.
_READERS = (
    rb"\b(?:kinit|myproxy|voms|sudo|oidc|vault|docker|podman|grid-proxy|passwd|chpasswd|openssl|gpg2?|su|iinit"
    rb"|arcproxy|dirac-proxy|\w*stdin)\b"
)

LEADS = (
    *_OPTIONS,
    *_PIPES,
    Lead(RULE, rb"(?i:pass|password|passwd|passphrase|oken|cret|pwd|pw|pin|-key)\" a[0-9]+=\"", rb"[^\s\"]", anything),
    Lead(RULE, rb"\buser ?= ?[\"'][\w.@-]+:", rb"[^\s\"'/:]{5}", plain.is_passwordlike),
    Lead(RULE, rb"-pass(?:in|out|word)?" + GAP + rb"pass:" + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\bhtpasswd -(?:[a-zA-Z]*n[a-zA-Z]*b|[a-zA-Z]*b[a-zA-Z]*n)[a-zA-Z]* \S+ " + QUOTE,
         rb"[^\s\"']", anything),
    Lead(RULE, rb"\bhtpasswd (?:-[a-mo-zA-Z]+ )*-[a-mo-zA-Z]*b[a-mo-zA-Z]*(?: -[a-mo-zA-Z]+)* [^\s-]\S* \S+ " + QUOTE,
         rb"[^\s\"']", anything),
    Lead(RULE, rb"\b(?:vault login(?: -\S+)*|rclone obscure|oidc-add --pw) (?:token=)?" + QUOTE,
         rb"[^\s\"'-]", anything),
    Lead(RULE, rb" -(?:src|dest)?(?:store|key)pass(?:wd|word)? " + QUOTE, rb"[^\s\"'-]", anything),
    Lead(RULE, rb"\bwandb(?: login|: [\w .-]+:) ", rb"[0-9a-f]{32}", plain.is_opaque),
    Lead(RULE, rb"\brabbitmqctl (?:add_user|change_password|authenticate_user) \S+ " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\bwpa_passphrase \S+ " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\bvault (?:operator unseal|token lookup|unwrap) " + QUOTE, rb"[^\s\"'-]", anything),
    Lead(RULE, rb"machine %s login %s password %s(?:\\n)?[\"'] \S+ \S+ ", rb"[^\s]", anything),
    Lead(RULE, rb"(?:\[|\[\[|test|'\[') -[nz] " + QUOTE, rb"[A-Za-z0-9_+/=.-]{20}", plain.is_opaque),
    Lead(RULE, rb"\bsend(?:ing)?:? (?:-- |sending )?\\?\"",
         rb"[^\s\"]+\\+r", lambda look: anything(look) and len(look) > 5),
    Lead(RULE, rb"\bs/[@_{}$%]+[A-Za-z_]*(?i:passw\w*|secret|token|_key)[\w@{}$%-]*/", rb"[^\s/]", anything),
    Lead(RULE, rb"\"AUTH\" (?:\"[^\"\n]*\" )?\"", rb"[^\s\"]", anything),
    Lead(RULE, rb"\bmc (?:alias set|config host add) \S+ \S+ \S+ " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\b(?:sqlplus|(?:exp|imp)dp|rman target|sqlldr) (?:-\w+ )*[\w.]+/", rb"[^\s\"'@]", anything,
         AUTHORITY),
    Lead(RULE, rb"\b(?:sqlplus|(?:exp|imp)dp|rman target|sqlldr) (?:-\w+ )*[\"']?[\w.]+/" + QUOTE, rb"[^\s\"'@]",
         anything),
    Lead(RULE, rb"\b(?i:connect|conn) [A-Za-z_][\w.]*/", rb"[^\s\"'@/]+@", anything, AUTHORITY),
    Lead(RULE, rb"\bjdbc:oracle:\w+:[^/\s@]+/", rb"[^\s@]", anything, AUTHORITY),
    Lead(RULE, rb"<<-?[ ]?[\"']?\w+[\"']?\r?\n", rb"[^\s\"']", plain.is_passwordlike,
         command=_READERS),
    Lead(RULE, rb"<<< ?" + QUOTE, rb"[^\s\"']", anything,
         command=_READERS + rb"|\bread\b|\bbase64 -+[dD]"),
)  # fmt: skip
