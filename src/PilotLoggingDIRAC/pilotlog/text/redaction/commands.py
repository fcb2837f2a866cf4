"""Credentials on command lines, and in lists of their arguments."""

from __future__ import annotations

import re

from . import plain
from .leads import GAP, QUOTE, Either, Lead, anything

RULE = b"secret"
_PORTS = re.compile(rb"(?:[\d.]{1,15}:)?\d{1,5}(?:[:-]\d{1,5})?(?:/\w+)?(?=[\s\"',]|\Z)")
_MYSQL = rb"\b(?:mysql\w*|mariadb[\w-]*|7za?|7zr|rar|unrar|sshpass)\b"
_DASH_P = (
    rb"\b(?:sshpass|docker|podman|nerdctl|skopeo|buildah|apptainer|singularity|helm|az|oc|mongo\w*|twine|condor_store_cred|mosquitto_\w+"
    rb"|gfal|arangosh|cqlsh|influx|ncftp\w*|svn|rclone|oras|crane|cf|ibmcloud|robot|winexe|rpcclient|xfreerdp|htcondor)\b"
)
_CAPITAL_P = rb"\b(?:sqlcmd|bcp|isql|zip|unzip|ipmitool|ssh-keygen|plink|pscp|psftp|mosquitto_\w+|osql|fastboot)\b"
_PIPED = rb"\| *(?:sudo(?: \S+)* -S|sudo -S|docker login|podman login|helm registry|chpasswd|kinit|passwd|gpg|su\b|oidc-|voms-|grid-proxy|myproxy|apptainer|singularity|vault|ssh-add|xargs)"


def _is_no_port(look: bytes) -> bool:
    return anything(look) and not _PORTS.match(look)


def _option(option: bytes, command: bytes, gap: bytes = GAP) -> Lead:
    return Lead(RULE, rb"[ \"']" + option + gap, rb"[^\s\"',-]", _is_no_port, command=command)


_OPTIONS = Either(
    Lead(RULE, rb"[ \"'](?:-[a-zA-Z]{0,4}[uUa]|--(?:proxy-)?user|--auth)(?:" + GAP + rb")?[^\s:'\"$/@=-][^\s:'\"$/]*:",
         rb"[^\s\"'/]", anything, command=rb"\b(?:curl|wget|https?|xh|hey|aria2c|siege|lftp)\b"),
    Lead(RULE, rb"[ \"']-u(?:" + GAP + rb")?[\w.@-]+,", rb"[^\s\"',]", anything, command=rb"\blftp\b"),
    Lead(RULE, rb"[ \"'](?:-U|--user)(?:" + GAP + rb")?[\w.@\\-]+%", rb"[^\s\"',]", anything,
         command=rb"\b(?:smb\w*|rpcclient|net|winexe|smbclient)\b"),
    _option(rb"-p", _MYSQL, QUOTE),
    _option(rb"-p", _DASH_P),
    _option(rb"-P", _CAPITAL_P),
    _option(rb"-w", rb"\bldap\w+"),
    _option(rb"-[aA]", rb"\b(?:redis-cli|snmp\w+|keydb-cli)\b"),
    _option(rb"-X", rb"\bsnmp\w+"),
    _option(rb"-N", rb"\bssh-keygen\b"),
    _option(rb"-[kK]", rb"\bopenssl\b"),
    Lead(RULE, rb"[ \"']--?(?:pass|pwd|pw|psw|userpass|storepass|keypass|pin|psk)" + GAP, rb"[^\s\"',-]", plain.is_passwordlike),
)  # fmt: skip
_PIPES = Either(
    Lead(RULE, rb"\b(?:echo|printf)(?: -\w+| ['\"]%s(?:\\n)?['\"])* " + QUOTE, rb"[^\s]", anything, behind=rb"[^\n]*?" + _PIPED),
    Lead(RULE, rb"\becho (?:-\w+ )?" + QUOTE + rb"[\w.-]+:", rb"[^\s]", anything, behind=rb"[^\n]*?\| *(?:sudo )?chpasswd"),
    Lead(RULE, rb"\b(?:echo|printf)(?: -\w+| ['\"]%s(?:\\n)?['\"])* " + QUOTE, rb"[^\s]",
         lambda look: plain.is_opaque(look) or plain.is_passwordlike(look), behind=rb"[^\s|<>\"']++[\"']? *>+ *\S*(?i:token|passw|secret|cred|_key|bt_u)"),
)  # fmt: skip

LEADS = (
    _OPTIONS,
    _PIPES,
    Lead(RULE, rb"-pass(?:in|out|word)?" + GAP + rb"pass:" + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\bhtpasswd -(?:[a-zA-Z]*n[a-zA-Z]*b|[a-zA-Z]*b[a-zA-Z]*n)[a-zA-Z]* \S+ " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\bhtpasswd -[a-mo-zA-Z]*b[a-mo-zA-Z]* \S+ \S+ " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\b(?:vault login(?: -\S+)*|rclone obscure|oidc-add --pw) (?:token=)?" + QUOTE, rb"[^\s\"'-]", anything),
    Lead(RULE, rb"\bmc (?:alias set|config host add) \S+ \S+ \S+ " + QUOTE, rb"[^\s\"']", anything),
    Lead(RULE, rb"\bsqlplus (?:-\w+ )*\"?[\w.]+/" + QUOTE, rb"[^\s\"'@]", anything),
    Lead(RULE, rb"\bjdbc:oracle:\w+:[^/\s@]+/", rb"[^\s@]", anything),
    Lead(RULE, rb"<<< ?" + QUOTE, rb"[^\s\"']", anything,
         command=rb"\b(?:kinit|myproxy|voms|read|sudo|oidc|vault|docker|podman|grid-proxy|passwd|chpasswd|openssl|gpg|su)\b"),
)  # fmt: skip
