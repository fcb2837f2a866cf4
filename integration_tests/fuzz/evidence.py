"""A request that got a bad answer, kept as a file from which it can be sent again."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from pathlib import Path

from .case import Case

#: More of one kind tell nothing new.
KEPT_OF_A_KIND = 5
_SHOWN_BYTES = 2000


def keep(folder: Path, seed, case, answers, finding):
    """Write it down and return the file."""
    path = folder / f"{case.number}.json"
    kept = asdict(case) | {
        "chunks": [b64encode(chunk).decode() for chunk in case.chunks],
        "answers": sorted(case.answers, key=str),
        "readable": [chunk[:_SHOWN_BYTES].decode("latin-1") for chunk in case.chunks],
        "seed": seed,
        "finding": finding,
        "came": [f"{one.status} {one.error} {one.body[:_SHOWN_BYTES]!r}" for one in answers],
    }
    path.write_text(json.dumps(kept, indent=1))
    return path


def load(path: Path):
    """The case in a file."""
    kept = json.loads(path.read_text())
    fields = {name: kept[name] for name in ("number", "kind", "user", "end", "reflects", "is_sending")}
    return Case(
        **fields,
        chunks=tuple(b64decode(chunk) for chunk in kept["chunks"]),
        answers=frozenset(kept["answers"]),
        verbs=tuple(kept["verbs"]),
    )
