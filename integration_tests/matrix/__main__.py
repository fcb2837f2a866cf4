"""``./dev matrix [PLATFORM ...]``: each platform's tests, and the guide's table of them; 1 if any failed."""

import argparse
import sys
from datetime import UTC, datetime

from ..stack import ending
from ..stack.environment import TOP
from . import table
from .parts import FOLDER, PARTS
from .unavailable import Unavailable

TABLE = TOP / "docs" / "administrator" / "platforms.csv"


def outcome(part):
    """Run a part; its row, and whether it failed."""
    log = FOLDER / f"{part.platform.replace(' ', '-').replace(',', '')}.log"
    try:
        code = part.run(log).returncode
        result = log.read_text(errors="replace").splitlines()[-1].strip("= ").rpartition(" in ")[0]
    except Unavailable as error:
        code, result = 0, f"skipped: {error}"
    if code:
        print(f"{part.platform}: see {log}", flush=True)
    return table.Row(part.platform, part.what, result, datetime.now(UTC).date().isoformat()), bool(code)


def main():
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="./dev matrix", description=__doc__.partition(": ")[2])
    parser.add_argument("platforms", nargs="*", help="begin with these words (default: all)")
    wanted = tuple(parser.parse_args().platforms)
    ending.clean_up_when_terminated()
    FOLDER.mkdir(exist_ok=True)
    rows, failed = table.read(TABLE), False
    for part in PARTS:
        if not wanted or part.platform.startswith(wanted):
            row, has_failed = outcome(part)
            failed = failed or has_failed
            rows[part.platform] = row
            print(row, flush=True)
            table.write(TABLE, [rows[one.platform] for one in PARTS if one.platform in rows])
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
