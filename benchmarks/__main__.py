"""``./dev bench``: both collectors side by side, and the page of figures for the documentation."""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

from integration_tests.stack import ending, environment

from . import ingest, machine, reading, report, usage
from .plan import CASES, FULL, QUICK, SMALL_BATCHES, Case
from .profiling import profile
from .sides import Arena

_PAGE = environment.TOP / "docs" / "developer" / "benchmarks" / "figures.rst"
#: What is measured apart, with a command line of its own.
_OTHERS = {
    "--day": "benchmarks.day.__main__",
    "--archiving": "benchmarks.day.archiving",
    "--collectors": "benchmarks.balanced",
    "--growth": "benchmarks.growth.__main__",
}


def parser():
    """The command line's grammar."""
    grammar = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    grammar.add_argument("--tls", choices=("m2", "std", "both"), default="both", help="the servers' TLS")
    grammar.add_argument("--quick", action="store_true", help="one alternation of 2 s each, printed and not kept")
    grammar.add_argument("--case", action="append", type=Case.parse, default=[], metavar="new-50-8",
                         help="connection, lines, clients; this case alone, printed and not kept")  # fmt: skip
    grammar.add_argument("--keep", action="store_true", help="write the page, though it is not the full one")
    grammar.add_argument("--turns", type=int, help="alternations, instead of what is usual")
    grammar.add_argument("--profile", choices=("dirac", "ours"), help="where this side's CPU goes, for each --case")
    grammar.add_argument("--native", action="store_true", help="with --profile: functions in C too")
    grammar.add_argument("--seconds", type=float, default=8, help="with --profile: for so long")
    return grammar


def main():
    """Do what is asked."""
    ending.clean_up_when_terminated()
    for word, module in _OTHERS.items():
        if word in sys.argv[1:]:
            importlib.import_module(module).main()
            return
    options = parser().parse_args()
    kinds = ("m2", "std") if options.tls == "both" else (options.tls,)
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="bench-") as folder:
        root = Path(folder) / "stack"
        if options.profile:
            show_profiles(root, kinds[0], options)
        else:
            compare(root, kinds, options)


def show_profiles(root, tls, options):
    """Print profiles of one side."""
    with Arena(root, tls) as arena:
        for case in options.case or [Case.parse("kept-50-8")]:
            print(profile(getattr(arena, options.profile), case, options.seconds, options.native), "\n")


def compare(root, kinds, options):
    """Measure all, or the cases asked for; the whole makes the page."""
    effort = QUICK if options.quick or options.case else FULL
    if options.turns:
        effort = type(effort)(options.turns, effort.seconds)
    started, messages, readings, fsync = time.monotonic(), {}, {}, 0.0
    for tls in kinds:
        with Arena(root, tls) as arena:
            fsync = usage.fsync_seconds(root)
            for case in options.case or (*CASES, SMALL_BATCHES):
                messages[tls, case] = ingest.alternate(arena, case, effort)
            if not options.case:
                readings[tls] = reading.compare(arena, times=1 if options.quick else 3)
    print(f"{time.monotonic() - started:.0f} s")
    is_full = effort is FULL and len(kinds) == 2 and not options.case
    keep(report.whole(machine.describe(), fsync, effort, messages, readings), options.keep or is_full)


def keep(page, worth_keeping):
    """Write the page into the documentation when it is the full one, and print it otherwise."""
    if worth_keeping:
        _PAGE.write_text(page)
        print(f"written to {_PAGE.relative_to(environment.TOP)}")
    else:
        print(page)


if __name__ == "__main__":
    main()
