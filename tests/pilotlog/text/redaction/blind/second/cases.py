"""Build the cases of the corpus: texts with secrets in them, and what must stay readable around them."""

import gzip
import importlib
import pathlib
import random
import re
import zlib
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
from . import template, values

PER_FORM = 3

AROUND = """\
‹ts› INFO [Pilot] Starting on ‹host›, work directory ‹dir›
‹ts› INFO [CheckWorkerNode] 15 Operating system: AlmaLinux 9.4 (Seafoam Ocelot)
‹ts› DEBUG [GetPilotVersion] No version for setup, taking the default one
‹ts› INFO [ConfigureBasics] Site name ‹site›, CE ‹host›
‹ts› WARN [CheckCECapabilities] Could not get resource parameters for queue ‹num›
‹ts› INFO [LaunchAgent] JobAgent started with pid ‹num›
Executable [RemoteRunner] matched, job id ‹num›
uid=‹num›(pilot042) gid=‹num›(pilot) groups=‹num›(pilot)
/dev/sdb1   ‹num›   ‹num›   ‹num›  41% /scratch
MemAvailable:   ‹num› kB
Replica of ‹lfn› is at ‹site›-disk
processor count: 64, slots: 8
Exit code of the last command: 0
singularity version 1.3.4-1.el9 found in the path
‹ts› ERROR [Upload] connection to ‹host›:‹port› timed out, attempt 2 of 5
cvmfs: /cvmfs/dirac.egi.eu is mounted, revision ‹num›

------------------------------------------------------------
""".splitlines()


@dataclass(frozen=True)
class Case:
    """Hold one message: its text, what must not survive in it and what must."""

    kind: str
    form: str
    text: str
    secrets: tuple
    keep: tuple


def forms():
    """Load the forms from the modules next to this one."""
    found = []
    for path in sorted(HERE.glob("forms_*.py")):
        found.extend(importlib.import_module(f".{path.stem}", __package__).FORMS)
    return found


def build(form, seed, number):
    """Build one case of a form, with ordinary lines around it."""
    vals = values.Values(zlib.crc32(f"{seed}:{form.kind}:{form.form}:{number}".encode()))
    text, secrets, keep = template.fill(form.template, vals)
    lines = text.split("\n")
    if not form.alone:
        rnd = random.Random(vals.r.random())
        room = min(4, max(0, (40 - len(lines)) // 2))
        before, after = (rnd.sample(AROUND, rnd.randint(0, room)) for _ in "ba")
        lines = [template.fill(x, vals)[0] for x in before] + lines + [template.fill(x, vals)[0] for x in after]
    return Case(form.kind, form.form, "\n".join(lines) + "\n", tuple(secrets), (*form.keep, *keep))


def cases(seed=1):
    """Return all cases, the same ones for the same seed."""
    return [build(form, seed, number) for form in forms() for number in range(PER_FORM)]


def check_case(case):
    """Verify one case."""
    where = f"{case.kind}/{case.form}"
    if not case.secrets or not 1 <= case.text.count("\n") <= 40:
        raise ValueError(f"{where}: no secret or {case.text.count(chr(10))} lines")
    if re.search("[«»‹›]", case.text):
        raise ValueError(f"{where}: a mark is left: {case.text}")
    rest = case.text
    for secret in sorted(case.secrets, key=len, reverse=True):
        if secret not in case.text or len(secret) < 6:
            raise ValueError(f"{where}: not in the text or too short: {secret!r}")
        rest = rest.replace(secret, "\0")
    for kept in case.keep:
        if kept not in rest:
            raise ValueError(f"{where}: not outside of the secrets: {kept!r}")


def check(seed=1):
    """Verify everything and return the numbers of forms, cases and secrets by kind."""
    names = [(form.kind, form.form) for form in forms()]
    if len(set(names)) != len(names):
        raise ValueError(f"twice: {[name for name in names if names.count(name) > 1]}")
    counts, everything = {}, set()
    for case in cases(seed):
        check_case(case)
        everything.update(case.secrets)
        row = counts.setdefault(case.kind, [set(), 0, 0])
        row[0].add(case.form)
        row[1] += 1
        row[2] += len(case.secrets)
    ordinary = gzip.decompress((HERE / "ordinary.txt.gz").read_bytes()).decode()
    found = [secret for secret in everything if secret in ordinary]
    if found:
        raise ValueError(f"in the ordinary lines: {found[:10]}")
    return {kind: (len(row[0]), row[1], row[2]) for kind, row in sorted(counts.items())}


if __name__ == "__main__":
    table = check()
    for key, numbers in table.items():
        print(f"{key:20} forms {numbers[0]:4}  cases {numbers[1]:4}  secrets {numbers[2]:5}")
    print("total", *(sum(numbers[i] for numbers in table.values()) for i in range(3)), "in", len(table), "kinds")
