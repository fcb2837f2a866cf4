"""The figures as reStructuredText, and the lines of the picture."""

import statistics

from benchmarks.report import table

_SLOWEST = 15

#: (what, a growth's milliseconds, what is aimed at with 10⁶ logs); those that are drawn.
STEPS = (
    ("list: the slowest page", lambda growth: growth.slowest("pages")[0], "≤ 50"),
    ("list: the median page", lambda growth: statistics.median(growth.asked["pages"].values()), ""),
    ("sealing sweep", lambda growth: max(growth.sweeps), "≤ 1000"),
    ("finding and claiming 100 logs", lambda growth: max(growth.claims), ""),
    ("ingest: a group of 50 batches", lambda growth: statistics.median(growth.ingest.groups), ""),
    ("ingest while purging, p99 of groups", lambda growth: _share(growth.purge.groups, 0.99), "≤ 100"),
    ("purging 10,000 batches", lambda growth: 1e4 / growth.purge.rate, "≤ 1000"),
    ("the agent's slowest question", lambda growth: growth.slowest("custody")[0], ""),
)
_MORE = (
    ("ingest while purging, longest of groups", lambda growth: max(growth.purge.groups), "≤ 100"),
    ("counts by state for the page, slowest", lambda growth: growth.slowest("states")[0], ""),
    ("finding one log, slowest", lambda growth: growth.slowest("lookups")[0], ""),
    ("figures for status and metrics, slowest", lambda growth: growth.slowest("figures")[0], ""),
    ("deleting 100 rows", lambda growth: statistics.median(growth.rows), ""),
    ("mariadbd's CPU for a batch", lambda growth: growth.ingest.cpu_of_batch, ""),
)

_ABOUT = """\
Cost as it grows
================

Written by ``./dev bench --growth``; :doc:`index` says what is measured and how.
"""

_STATED = """\
One log in ten has its text, five batches of 1 kB; VOs, sites, CEs, states and a year of times are spread as
``benchmarks/growth/filling.py`` says. Times are milliseconds; of a question, the median of five. The lists were asked
with every filter, alone and in pairs, and in every order, for callers who see all, a VO, two sites, a VO and a site.

.. figure:: growth.svg
   :alt: Milliseconds of each step against the number of logs, both logarithmic

   Both axes are logarithmic: what is level does not grow with the catalogue.
"""


def series(growths):
    """The lines of the picture: (logs, milliseconds) by name."""
    return {what: [(growth.number, 1000 * value(growth)) for growth in growths] for what, value, _ in STEPS}


def whole(machine, growths):
    """The page."""
    headings = ("ms", *(f"{growth.number:,} logs" for growth in growths), "aim")
    rows = [[what, *(_ms(value(growth)) for growth in growths), aim] for what, value, aim in (*STEPS, *_MORE)]
    facts = [f":{name}: {value}" for name, value in machine]
    parts = [_ABOUT, *facts, "", _STATED, *table(headings, rows), "", *_slowest(growths), ""]
    return "\n".join(parts)


def _slowest(growths):
    """Return what takes longest with the most logs; beside it the same with fewer."""
    title = "The slowest questions"
    asked = [
        {(kind, name): seconds for kind, found in growth.asked.items() for name, seconds in found.items()}
        for growth in growths
    ]
    names = sorted(asked[-1], key=asked[-1].get, reverse=True)[:_SLOWEST]
    rows = [[f"{kind}: {name}", *(_ms(found[kind, name]) for found in asked)] for kind, name in names]
    return [title, "-" * len(title), "", *table(("ms", *(f"{growth.number:,} logs" for growth in growths)), rows)]


def _ms(seconds):
    return f"{1000 * seconds:.3g}"


def _share(values, share):
    return sorted(values)[int(share * (len(values) - 1))]
