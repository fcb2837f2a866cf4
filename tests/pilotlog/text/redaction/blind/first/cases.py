"""Build the cases of the corpus: texts with secrets in them, and what must stay readable around them."""

import importlib
import pathlib
import random
import re
import zlib
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
from . import values

# @{name} is a secret, ~{name} a harmless value, +{name} a harmless value that must survive;
# @{name:ref} used twice gives the same value, @{name|filter} is the value as a filter writes it.
MARK = re.compile(r"([@~+])\{([a-z_0-9]+)(?::([a-z0-9]+))?((?:\|[a-z_0-9]+)*)\}")
PER_FORM = 3

AROUND = [
    "Launching the pilot: version 9.0.~{num}",
    "~{ts} INFO [PilotParams] Setup is ready on ~{host}",
    "~{ts} DEBUG [CheckWorkerNode] uname: Linux ~{host} 5.14.0-427.el9.x86_64",
    "~{ts} INFO [InstallDIRAC] Extracting diracos in the working directory",
    "~{ts} WARNING [CheckCE] No queue found for ~{site}",
    "Memory:      ~{num} MB total",
    "CPU model:   AMD EPYC 7452 32-Core Processor",
    "Job ~{num} matched at ~{site}",
    "Downloading ~{lfn}",
    "exit status 0",
    "+ ulimit -a",
    "  % Total    % Received % Xferd  Average Speed   Time",
    "Checking local disk: ~{num} MB free",
    "cvmfs revision ~{num}, mounted read-only",
    "ERROR: could not contact ~{host}:~{port}, retrying",
    "",
]


@dataclass(frozen=True)
class Case:
    """Hold one message: its text, what must not survive in it and what must."""

    kind: str
    form: str
    text: str
    secrets: tuple
    keep: tuple


@dataclass(frozen=True)
class Form:
    """Hold a template of messages."""

    kind: str
    form: str
    template: str
    keep: tuple = ()
    around: bool = True


def pieces(plain, value):
    """Return what must not survive of a value: the lines of a block each, else the value as it is written."""
    lines = [line for line in plain.split("\n") if len(line) >= 8]
    if "\n" in plain and all(line in value for line in lines):
        return lines
    lines = value.split("\n")
    if "\n" in plain:  # a block encoded anew
        lines = [line[i : i + 64] for line in lines for i in range(0, len(line), 64)]
    return [line for line in lines if len(line) >= 8]


def expand(template, vals):
    """Fill a template, returning its text, its secrets and the marked values to keep."""
    known, secrets, keep = {}, [], []

    def fill(match):
        """Make one value."""
        sort, name, ref, filters = match.groups()
        key = (name, ref)
        value = known[key] if ref and key in known else getattr(vals, name)()
        if ref:
            known[key] = value
        plain = value
        for flt in filters.strip("|").split("|") if filters else []:
            value = values.Values.FILTERS[flt](value)
        if sort == "@":
            secrets.extend(pieces(plain, value))
        elif sort == "+":
            keep.append(value)
        return value

    return MARK.sub(fill, template), list(dict.fromkeys(secrets)), keep


def forms():
    """Load all forms from the modules next to this one."""
    found = []
    for path in sorted(HERE.glob("forms_*.py")):
        found.extend(importlib.import_module(f".{path.stem}", __package__).FORMS)
    return found


def build(form, seed, n):
    """Build the n-th case of a form."""
    vals = values.Values(zlib.crc32(f"{seed}/{form.kind}/{form.form}/{n}".encode()))
    text, secrets, keep = expand(form.template, vals)
    text = text.strip("\n") + "\n"
    if form.around:
        room = max(0, min(5, (38 - text.count("\n")) // 2))
        rnd = random.Random(vals.r.random())
        before, after = (rnd.sample(AROUND, rnd.randrange(0, room + 1)) for _ in range(2))
        text = "".join(expand(line, vals)[0] + "\n" for line in before) + text
        text += "".join(expand(line, vals)[0] + "\n" for line in after)
    return Case(form.kind, form.form, text, tuple(secrets), tuple(keep) + form.keep)


def cases(seed=1):
    """Return all cases, the same ones for the same seed."""
    return [build(form, seed, n) for form in forms() for n in range(PER_FORM)]


def check(seed=1):
    """Verify all cases and return the counts of cases, forms and secrets by kind."""
    counts, seen = {}, set()
    for form in forms():
        if (form.kind, form.form) in seen:
            raise ValueError(f"form twice: {form.kind} {form.form}")
        seen.add((form.kind, form.form))
    for case in cases(seed):
        where = f"{case.kind}/{case.form}"
        if not case.secrets or not 1 <= case.text.count("\n") <= 40:
            raise ValueError(f"{where}: no secret, or too long ({case.text.count(chr(10))} lines)")
        rest = case.text
        for secret in sorted(case.secrets, key=len, reverse=True):
            if secret not in case.text or len(secret) < 6:
                raise ValueError(f"{where}: secret not in its text, or too short: {secret!r}")
            rest = rest.replace(secret, "\0")
        if re.search(r"[@~+]\{[a-z]", case.text):
            raise ValueError(f"{where}: marker left over")
        for kept in case.keep:
            if kept not in rest:
                raise ValueError(f"{where}: not to be kept: {kept!r}")
        entry = counts.setdefault(case.kind, [0, set(), 0])
        entry[0] += 1
        entry[1].add(case.form)
        entry[2] += len(case.secrets)
    return {kind: (n, len(names), secrets) for kind, (n, names, secrets) in sorted(counts.items())}


if __name__ == "__main__":
    table = check()
    for name, row in table.items():
        print(f"{name:20} cases {row[0]:4}  forms {row[1]:3}  secrets {row[2]:4}")
    print("total", *(sum(row[i] for row in table.values()) for i in range(3)))
