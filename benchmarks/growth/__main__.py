"""``./dev bench --growth``: what each step costs with 10⁴, 10⁵ and 10⁶ logs; the page and the picture of it."""

import argparse

from benchmarks import machine
from integration_tests.stack import environment

from . import curves, page
from .measuring import measure
from .server import server

_FOLDER = environment.TOP / "docs" / "developer" / "benchmarks"
_SIZES = (10**4, 10**5, 10**6)


def main():
    """Measure, then write the page and the picture if all sizes were measured, and print otherwise."""
    grammar = argparse.ArgumentParser(prog="./dev bench --growth", description=__doc__)
    grammar.add_argument("--growth", action="store_true", help=argparse.SUPPRESS)
    grammar.add_argument(
        "--logs", type=int, action="append", help="so many logs alone, printed and not kept; may be repeated"
    )
    grammar.add_argument("--keep", action="store_true", help="write the page, though it is not the full one")
    options = grammar.parse_args()
    growths = []
    with server() as running:
        for number in sorted(options.logs or _SIZES):
            growths.append(measure(running, number))
    text = page.whole(machine.describe(), growths)
    if options.logs and not options.keep:
        print(text)
        return
    picture = curves.draw("Cost as the catalogue grows", page.series(growths), "logs in the catalogue", "milliseconds")
    (_FOLDER / "growth.rst").write_text(text)
    (_FOLDER / "growth.svg").write_text(picture)
    print(f"written to {_FOLDER.relative_to(environment.TOP)}/growth.rst and growth.svg")


if __name__ == "__main__":
    main()
