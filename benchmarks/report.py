"""The figures as reStructuredText, for the documentation."""

import statistics

from .plan import SMALL_BATCHES

_TLS = {"m2": "M2Crypto", "std": "the standard library"}

_HEADINGS = (
    "lines", "connection", "clients", "requests/s", "lines/s", "p50 ms", "p95 ms", "p99 ms",
    "CPU of collector, ms a request", "CPU of mariadbd, ms a request", "CPU of clients, ms a request",
    "CPU of a bare server, ms a request", "memory at most, MB", "server CPU, ours over DIRAC's",
    "server CPU, ours over a bare server's", "p99, ours over DIRAC's",
)  # fmt: skip


def whole(machine, fsync, effort, ingest, readings):
    """Return the page: ``ingest`` has what was `Compared` by (tls, case), ``readings`` lists by tls and name."""
    parts = [
        "Figures",
        "=======",
        "",
        "Written by ``./dev bench``; :doc:`index` says what is measured and how.",
        "",
        *(f":{name}: {value}" for name, value in machine),
        f":fsync: {1e3 * fsync:.2f} ms for an append of 4 kB (median of 200)",
        f":Runs: {effort.alternations} alternations of {effort.seconds:g} s a side",
        "",
        "In the tables a cell is DIRAC's own / ours, the median of the alternations; ratios have their lowest and",
        "highest value beside them. DIRAC's own is not durable: it neither asks a disk nor a database. The bare server",
        "is a Tornado with our TLS that reads a message and answers; no collector costs less in this framework.",
        "",
    ]
    for tls in dict.fromkeys(tls for tls, _ in ingest):
        rows = [_row(case, runs) for (kind, case), runs in ingest.items() if kind == tls and case != SMALL_BATCHES]
        parts += _titled(f"Messages, TLS by {_TLS[tls]}", table(_HEADINGS, rows))
    if any(case == SMALL_BATCHES for _, case in ingest):
        parts += _titled("Many small batches", _small(ingest))
    if readings:
        parts += _titled("Reading a log of 50 MB while others write", _readings(readings))
    return "\n".join(parts)


def _titled(title, lines):
    return [title, "-" * len(title), "", *lines, ""]


def table(headings, rows):
    """The lines of a list-table."""
    lines = [".. list-table::", "   :header-rows: 1", "   :class: figures", ""]
    for row in (headings, *rows):
        lines += [f"   {'*' if index == 0 else ' '} - {cell}" for index, cell in enumerate(row)]
    return lines


def _row(case, compared):
    dirac, ours, floor = compared.dirac, compared.ours, compared.floor

    def pair(value, form):
        return " / ".join(form.format(statistics.median(map(value, runs))) for runs in (dirac, ours))

    return [
        case.lines,
        case.connection,
        case.clients,
        pair(lambda run: run.rate, "{:.0f}"),
        pair(lambda run: run.rate * case.lines, "{:.0f}"),
        *(pair(lambda run, share=share: 1000 * run.percentile(share), "{:.0f}") for share in (50, 95, 99)),
        pair(lambda run: 1000 * run.collector_cpu / run.requests, "{:.2f}"),
        f"{1000 * statistics.median(run.database_cpu / run.requests for run in ours):.2f}",
        pair(lambda run: 1000 * run.client_cpu / run.requests, "{:.2f}"),
        f"{1000 * statistics.median(run.cpu for run in floor):.2f}",
        pair(lambda run: run.peak_bytes / 1e6, "{:.0f}"),
        _ratio(lambda run: run.cpu, dirac, ours),
        _ratio(lambda run: run.cpu, floor, ours),
        _ratio(lambda run: run.percentile(99), dirac, ours),
    ]


def _ratio(value, dirac, ours):
    ratios = [value(mine) / value(theirs) for theirs, mine in zip(dirac, ours, strict=True)]
    return f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})"


def _small(ingest):
    lines = [f"{SMALL_BATCHES.clients} clients, kept alive, 2 kB a batch; the clients on the same cores."]
    headings = (
        "TLS",
        "batches/s",
        "CPU of collector and mariadbd, ms",
        "CPU of clients, ms",
        "server CPU, ours over DIRAC's",
    )
    rows = []
    for (tls, case), compared in ingest.items():
        dirac, ours = compared.dirac, compared.ours
        if case == SMALL_BATCHES:
            cells = [" / ".join(f"{statistics.median(run.rate for run in runs):.0f}" for runs in (dirac, ours))]
            for value in (lambda run: run.cpu, lambda run: run.client_cpu / run.requests):
                cells.append(" / ".join(f"{1000 * statistics.median(map(value, runs)):.2f}" for runs in (dirac, ours)))
            rows.append([_TLS[tls], *cells, _ratio(lambda run: run.cpu, dirac, ours)])
    return [*lines, "", *table(headings, rows)]


def _readings(readings):
    headings = ("TLS", "collector", "what is read", "seconds", "MB of text", "memory grows by, MB",
                "others wait at most, ms", "others wait, p99, ms")  # fmt: skip
    rows = []
    for tls, found in readings.items():
        for (side, name), runs in found.items():
            waits = sorted(value for run in runs for value in run.waits)
            rows.append(
                [
                    _TLS[tls],
                    {"dirac": "DIRAC's own", "ours": "ours"}[side],
                    name,
                    f"{statistics.median(run.elapsed for run in runs):.2f}" if runs[0].text_bytes else "",
                    f"{runs[0].text_bytes / 1e6:.0f}" if runs[0].text_bytes else "",
                    f"{max(run.grown_bytes for run in runs) / 1e6:.0f}",
                    f"{1000 * waits[-1]:.0f}",
                    f"{1000 * waits[int(0.99 * len(waits))]:.0f}",
                ]
            )
    return table(headings, rows)
