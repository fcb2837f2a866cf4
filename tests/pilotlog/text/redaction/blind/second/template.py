"""Parse and fill the templates of messages that the forms are written in.

In a template «name» is a secret and ‹name› a harmless value, both made by the method `name` of values.Values; ‹+name›
must survive. «name#1» twice in a template is the same value. «name|json|b64» is the value as these filters write it.
"""

import re
from dataclasses import dataclass

from . import values

MARK = re.compile(r"(?:«|‹(\+?))([a-z_0-9]+)(#[0-9])?((?:\|[a-z0-9]+)*)([»›])")


@dataclass(frozen=True)
class Form:
    """Hold a template of messages."""

    kind: str
    form: str
    template: str
    keep: tuple = ()
    alone: bool = False


def parse(kind, text):
    """Return the forms of a kind: "== name | to keep | to keep" lines, each with a template below ("=1" is alone)."""
    found = []
    for part in re.split(r"^(?==[=1] )", text.lstrip("\n"), flags=re.M):
        if part:
            head, body = part.split("\n", 1)
            name, *keep = head[3:].split(" | ")
            found.append(Form(kind, name.strip(), body.strip("\n"), tuple(keep), head.startswith("=1")))
    return found


def pieces(value):
    """Return what must not survive of a secret: its lines, and of a long line the second half as well."""
    found = []
    block = "-----BEGIN" in value
    for line in re.split(r"\\r\\n|\\n|\n" if block else "\n", value):
        line = line.strip("+> \t") if block else line.strip()
        if line.startswith(("-----", "Proc-Type", "DEK-Info", "PuTTY", "Version:")) or len(line) < 6:
            continue
        found.append(line)
        if len(line) >= 24 and not block and "\n" not in value:
            found.append(line[len(line) // 2 :])
    return found


def fill(template, vals):
    """Fill a template, returning its text, the secrets in it and what is marked as to keep."""
    known, secrets, keep = {}, [], []

    def one(match):
        """Make the value of one mark."""
        plus, name, ref, filters, end = match.groups()
        value = known.get((name, ref)) if ref else None
        if value is None:
            value = getattr(vals, name)()
        known[(name, ref)] = value
        for name_of_filter in filters.split("|")[1:]:
            value = values.FILTERS[name_of_filter](value)
        if end == "»":
            secrets.extend(pieces(value))
        elif plus:
            keep.append(value)
        return value

    text = MARK.sub(one, template)
    return text, list(dict.fromkeys(secrets)), keep
