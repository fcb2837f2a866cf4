"""The report of a day's samples: a table, a picture, and the sums, for the documentation."""

from statistics import fmean, median

from .. import drawing
from ..report import table
from .life import DAY_SECONDS, LIFE, PILOTS_A_DAY, log_bytes
from .sampling import percentile

_HEADINGS = ("s", "requests/s", "p50 ms", "p99 ms", "late s", "queue", "spool", "receiving", "sealed", "archive lag s",
             "archived", "purged", "to be purged", "CPU (cores)", "agents MB")  # fmt: skip
#: The groups of processes whose memory counts together.
_ARCHIVING = ("agents", "workers")


def rows(samples):
    """The table's rows, as text."""
    for one in samples:
        cores = ", ".join(f"{group} {used:.2f}" for group, used in sorted(one.cores.items()) if used >= 0.01)
        yield (
            f"{one.at:.0f}", f"{one.requests_per_second:.0f}", f"{1e3 * one.p50:.0f}", f"{1e3 * one.p99:.0f}",
            f"{one.late:.1f}", one.waiting_batches, one.spooled_batches, one.receiving, one.sealed,
            f"{one.archive_lag:.0f}", one.archived, one.purged, one.purge_backlog, cores,
            f"{one.memory.get('agents', 0) / 1e6:.0f}",
        )  # fmt: skip


def picture(samples):
    """The SVG."""
    groups = sorted({group for one in samples for group in one.cores})
    kinds = sorted({group for one in samples for group in one.memory})
    panels = [
        drawing.Panel("Requests a second", {"answered": [(one.at, one.requests_per_second) for one in samples]}),
        drawing.Panel(
            "Time to an answer, ms",
            {"p50": [(one.at, 1e3 * one.p50) for one in samples], "p99": [(one.at, 1e3 * one.p99) for one in samples]},
        ),
        drawing.Panel(
            "Logs",
            {
                "receiving": [(one.at, one.receiving) for one in samples],
                "sealed, to be archived": [(one.at, one.sealed) for one in samples],
                "archived": [(one.at, one.archived) for one in samples],
                "of them to be purged": [(one.at, one.purge_backlog) for one in samples],
            },
        ),
        drawing.Panel("Archive's lag, s", {"oldest sealed log": [(one.at, one.archive_lag) for one in samples]}),
        drawing.Panel(
            "CPU, cores", {group: [(one.at, one.cores.get(group, 0.0)) for one in samples] for group in groups}
        ),
        drawing.Panel(
            "Memory, MB", {group: [(one.at, one.memory.get(group, 0) / 1e6) for one in samples] for group in kinds}
        ),
    ]
    return drawing.picture(panels, "seconds")


def sums(day):
    """(what, value) pairs of a whole day."""
    steady = [one for one in day.samples if day.load.life_seconds <= one.at <= day.seconds] or day.samples
    pilots = day.load.pilots_per_second
    pairs = [
        ("Rate", f"{pilots:.1f} pilots/s, which is {pilots * DAY_SECONDS / PILOTS_A_DAY:g} million a day; "
                 f"{day.load.messages_per_second:.0f} messages/s are due"),
        ("Pilots", f"{len(LIFE)} messages in {day.load.life_seconds:g} s, {log_bytes() / 1e3:.0f} kB; "
                   f"{100 * day.load.kept_share:g} % keep their connection, "
                   f"{100 * day.load.killed_share:g} % are killed"),
        ("Answered", f"{day.totals['messages']} messages, {day.totals['failed']} failures"),
        ("Stored", f"{day.stored} lines of {day.totals['lines']} acknowledged"),
        ("Steady state", f"{median(one.requests_per_second for one in steady):.0f} requests/s, p50 "
                         f"{1e3 * median(one.p50 for one in steady):.0f} ms, p99 "
                         f"{1e3 * median(one.p99 for one in steady):.0f} ms (median of those of {day.interval:g} s), "
                         f"{1e3 * _p99(steady):.0f} ms of all"),
        ("CPU, cores", _listed(steady, "cores", 1, "{:.2f}")),
        ("CPU, cores, in all", f"{fmean(_cores(one) for one in steady):.2f} without the pilots"),
        ("Memory at most, MB", _most(day.samples)),
        ("Database", day.database),
        ("Archived", f"{day.archived_per_second:.1f} logs/s; all of them {day.drained:.0f} s after the last pilot"
                     if day.drained is not None
                     else f"{day.archived_per_second:.1f} logs/s; not all in the time given"),
        ("Catalogue", f"{day.catalogue_calls.total() / day.load.arrivals(day.seconds):.3f} calls a log: "
                      + ", ".join(f"{name} {number}" for name, number in day.catalogue_calls.most_common())),
        ("Archive's lag at most", f"{max(one.archive_lag for one in day.samples):.0f} s"),
    ]  # fmt: skip
    return [(name, value) for name, value in pairs if value]


def _p99(samples):
    return percentile(sorted(seconds for one in samples for seconds in one.answers), 0.99)


def _cores(sample):
    return sum(used for group, used in sample.cores.items() if group != "pilots")


def _listed(samples, name, unit, form):
    groups = sorted({group for one in samples for group in getattr(one, name)})
    values = {group: fmean(getattr(one, name).get(group, 0) for one in samples) / unit for group in groups}
    return ", ".join(f"{group} {form.format(value)}" for group, value in values.items())


def _most(samples):
    groups = sorted({group for one in samples for group in one.memory})
    each = ", ".join(f"{group} {max(one.memory.get(group, 0) for one in samples) / 1e6:.0f}" for group in groups)
    together = max(sum(one.memory.get(group, 0) for group in _ARCHIVING) for one in samples)
    return f"{each}; {' and '.join(_ARCHIVING)} at one time {together / 1e6:.0f}"


def page(machine, fsync, day, picture_name):
    """The page, as reStructuredText; the table has a row every half minute."""
    lines = ["The day's figures", "=================", "", "Written by ``./dev bench --day``; :doc:`day` says how.", ""]
    lines += [f":{name}: {value}" for name, value in (*machine, ("fsync", f"{1e3 * fsync:.2f} ms"), *sums(day))]
    lines += ["", f".. image:: {picture_name}", "   :alt: The day over time", ""]
    every = max(1, round(30 / day.interval))
    return "\n".join([*lines, *table(_HEADINGS, rows(day.samples[::every]))]) + "\n"
