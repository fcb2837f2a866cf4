"""The questions of readers and of what runs regularly, as functions without arguments on a filled catalogue."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import combinations

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.archive.walk import LogPosition
from PilotLoggingDIRAC.pilotlog.forward.cursor import WALKED, WantedLogs
from PilotLoggingDIRAC.pilotlog.model import Outcome, Selection, State
from PilotLoggingDIRAC.pilotlog.page.figures import spans_of
from PilotLoggingDIRAC.pilotlog.sql.read.log_list import ORDERS

from .filling import DESTINATION, VOS, pilot, seen, vo

PAGE = 50
MOST = 4_000
_DAY = timedelta(days=1)

SCOPES = {
    "all": Scope(everything=True),
    "a VO": Scope(vos=frozenset({vo(3)})),
    "two sites": Scope(sites=frozenset({"LCG.Site7.org", "LCG.Site8.org"})),
    "a VO and a site": Scope(vos=frozenset({vo(3)}), sites=frozenset({"LCG.Site7.org"})),
}


def filters(number, now):
    """Return selections by name: each field alone (common and rare values), and each two of them together."""
    alone, fared = _alone(number, now), _fared(number)
    pairs = {
        f"{one}, {other}": alone[one] | alone[other]
        for one, other in combinations(alone, 2)
        if not alone[one].keys() & alone[other].keys()
    }
    pairs |= {f"{name}, {place}": alone[place] | fields for name, fields in fared.items() for place in ("Site", "VO")}
    both = {"since": seen(number // 3, number, now), "until": seen(number // 3, number, now) + _DAY}
    silent_before = now - timedelta(minutes=5)
    return {
        name: Selection(**fields, silent_before=silent_before if "outcomes" in fields else None)
        for name, fields in ({"nothing": {}, "a day": both} | alone | fared | pairs).items()
    }


def _alone(number, now):
    """Return the fields of selections by one property of the log."""
    log = number // 2
    return {
        "VO": {"vos": (vo(4),)},
        "PilotStamp": {"stamps": (pilot(log).stamp,)},
        "PilotReference": {"references": ("htcondorce://ce17.example.org/1",)},
        "Site": {"sites": ("LCG.Site7.org",)},
        "CE": {"ces": ("ce17.example.org",)},
        "State Purged": {"states": (State.PURGED,)},
        "State Incomplete": {"states": (State.INCOMPLETE,)},
        "ReturnCode 0": {"return_codes": ("0",)},
        "ReturnCode 77": {"return_codes": ("77",)},
        "two VOs": {"vos": (vo(4), vo(5))},
        "two states": {"states": (State.RECEIVING, State.PURGED)},
        "FromDate a day ago": {"since": now - _DAY},
        "ToDate in spring": {"until": seen(number // 3, number, now)},
        "Incomplete": {"incomplete": True},
        "LastError": {"last_error": "se-1"},
        "no such error": {"last_error": "no such text"},
    }


def _fared(number):
    """Return the fields of selections by jobs, host and outcome of the pilot."""
    return {
        "Job": {"jobs": (number // 3,)},
        "User": {"owners": ("user7",)},
        "Host": {"hosts": ("wn17.example.org", "wn18")},
        "not ReturnCode 0": {"other_codes": ("0",)},
        **{f"Outcome {outcome}": {"outcomes": (outcome,)} for outcome in Outcome},
        "Failed": {"outcomes": (Outcome.FAILED, Outcome.KILLED)},
    }


def pages(db, number, now):
    """Pages of the list: each filter in each scope, each order in both directions, and a deep one."""
    found, select = {}, db.reader.select
    for scope in SCOPES:
        for name, wanted in filters(number, now).items():
            found[f"{name}; {scope}"] = partial(select, SCOPES[scope], wanted, "LastSeen", True, 0, PAGE, MOST)
        for order in ORDERS:
            for descending in (True, False):
                name = f"by {order}{' descending' if descending else ''}; {scope}"
                found[name] = partial(select, SCOPES[scope], Selection(), order, descending, 0, PAGE, MOST)
        found[f"its last page; {scope}"] = partial(
            select, SCOPES[scope], Selection(), "LastSeen", True, MOST - PAGE, PAGE, MOST
        )
    return found


def states(db, number, now):
    """The page's counts by state."""
    return {
        f"{name}; {scope}": partial(db.views.states, SCOPES[scope], wanted, MOST)
        for scope in SCOPES
        for name, wanted in filters(number, now).items()
        if not wanted.states and len(wanted.given) < 2
    } | {
        f"by outcome; {scope}": partial(db.views.outcomes, SCOPES[scope], Selection(), MOST, now - timedelta(minutes=5))
        for scope in SCOPES
    }


def figures(db, number, now):
    """Return what status commands, metrics and alarms ask."""
    return {
        "logs by state": db.reader.counts,
        "oldest that waits": db.reader.oldest_unarchived,
        "lost copies": db.reader.lost_copies,
        "VOs that wait": db.reader.waiting_vos,
        "VOs of deleted copies": db.reader.vos_of_deleted_copies,
        "failures by VO": db.reader.failures,
        "usage by VO": partial(db.usage.by_vo, now),
        "bytes on disk": db.usage.stored_bytes,
        "failures by reason": db.usage.failures,
        **{f"figures of the page; {scope}": partial(_of_the_page, db, SCOPES[scope], now) for scope in SCOPES},
    }


def _of_the_page(db, scope, now):
    """Count as the start view and a site's page do, also span by span."""
    spans, site = spans_of("24h", now), Selection(sites=("LCG.Site7.org",), without_checks=True)
    for wanted in (Selection(without_checks=True), site):
        for most in (MOST, PAGE):
            db.views.tallies(scope, wanted, spans, most, now)
    db.views.details(scope, replace(site, since=spans[0][0]), PAGE)


def lookups(db, number, now):
    """One log, as each reading of text begins."""
    log, failed = number - number // 20, Selection(outcomes=(Outcome.FAILED,), silent_before=now)
    return {
        "a log's parts": partial(db.reader.find, pilot(log)),
        "by 100 stamps": partial(db.reader.find_stamps, [pilot(log + place).stamp for place in range(100)]),
        "by reference": partial(db.reader.find_reference, "htcondorce://ce17.example.org/1"),
        "how far 50 logs have come": partial(db.views.heads, [pilot(log + place) for place in range(50)]),
        **{
            f"{name} of a name{kind}; {scope}": partial(db.reader.named, SCOPES[scope], replace(rest, name=part), 1000)
            for scope in SCOPES
            for name, part in (("a beginning", pilot(log).stamp[:20]), ("a part", f"/{log}"))
            for kind, rest in (("", Selection()), (", failed", failed))
        },
        "jobs of 50 logs": partial(db.pilot_jobs.of, range(log, log + 50)),
        "a log's text": lambda: list(db.reader.chunks(db.reader.find(pilot(log))[0])),
    }


def describing(db, number, now):
    """Return what the collector that describes running pilots asks every few seconds."""
    steps = db.unsettled
    return {
        "lowest open": steps.lowest_open,
        "highest": steps.highest,
        "new logs": partial(steps.take, number - 100, 5000),
        "known": partial(steps.page, True, 0, 5000),
        "unknown": partial(steps.page, False, 0, 5000),
        "beginnings": partial(steps.beginnings, range(number - 100, number), 20),
    }


def diagnosing(db, number, now):
    """Return what summaries ask, and agents that diagnose logs and look for problems; nothing is changed."""
    steps, received, day = db.diagnoses, db.received, Selection(since=now - _DAY)
    open_logs = dict.fromkeys(range(number - 50, number), 0)
    return {
        "marked": partial(steps.marked, 100),
        **{f"due, {state}": partial(steps.due, state, None, 2000, 100) for state in (State.COMPLETE, State.INCOMPLETE)},
        "made with other rules": partial(steps.outdated, lambda vo: "rules", now - _DAY, None, 2000),
        "diagnoses of a page": partial(steps.of, range(number - PAGE, number)),
        "an old group": partial(steps.is_old, vo(0), "1:10", now - _DAY),
        **{f"grown since; {since}": partial(received.grown, since, None, 200) for since in (None, now - _DAY / 24)},
        "ended": partial(received.ended, 200),
        "new text of 50 logs": partial(received.following, open_logs, 1_000_000),
        **{
            f"causes by {' and '.join(by)}; {scope}": partial(steps.summary, SCOPES[scope], day, by)
            for scope in SCOPES
            for by in (("Cause",), ("Site", "Cause"), ("VO", "Party"))
        },
        **{f"unknown failures; {scope}": partial(steps.unknown, SCOPES[scope], day) for scope in SCOPES},
        "one of them": partial(steps.unknown, SCOPES["all"], day, "1:10"),
    }


def forwarding(db, number, now):
    """Return what agents ask that forward; nothing is changed."""
    steps, there = db.forwarded, range(number - 50, number)
    some = WantedLogs(DESTINATION, (vo(3), vo(4)), now - 7 * _DAY)
    every = WantedLogs("New", tuple(map(vo, range(VOS))), now - _DAY / 24)
    half = LogPosition(seen(number * 19 // 20, number, now), number * 19 // 20)
    return {
        **{
            f"heard of since; {wanted.destination}, {since}": partial(steps.recent, wanted, since, 200)
            for wanted in (some, every)
            for since in (now - timedelta(seconds=10), now - 7 * _DAY)
        },
        **{
            f"walk; {wanted.destination}, {state}, {after}": partial(steps.walk, wanted, state, after, 2000)
            for wanted in (some, every)
            for state in WALKED
            for after in (None, half)
        },
        "new text of 50 logs": partial(steps.texts, dict.fromkeys(there, 0), 1_000_000),
        "destinations that lack something of 100 logs": partial(steps.unsent, (DESTINATION, "New"), list(there)),
        "progress": db.destinations.progress,
    }


def custody(db, number, now):
    """Return what the agent asks in each cycle; nothing is changed."""
    steps, old = db.custody, now - timedelta(days=7)
    return {
        "silent": partial(steps.silent, now - timedelta(hours=1), None, 500),
        "draining": partial(steps.draining, now),
        "undescribed": partial(steps.undescribed, None, 500),
        "unarchived": partial(steps.unarchived, vo(3)),
        "due": partial(steps.due, vo(3), now, 100),
        "purgeable": partial(steps.purgeable, vo(3), old, 100),
        "none purgeable": partial(steps.purgeable, vo(3), now - timedelta(days=60), 100),
        "kept": partial(steps.kept, vo(3), old, 100),
        "copies to read, none old enough": partial(steps.take_due_copies, now - timedelta(days=4000), now, 200, 2**30),
        "superseded": partial(steps.superseded, vo(3), now, None, 100),
        "expired": partial(steps.expired, vo(3), now - timedelta(days=400), None, 100, recorded_before=now),
        "deleted copies": partial(steps.deleted_copies, vo(3), now, 100),
        "unremoved": partial(steps.unremoved, vo(3), now),
        "rows of purged logs, none old enough": partial(steps.delete_rows, vo(3), now - timedelta(days=400), True, 100),
        "rows of deleted logs": partial(steps.delete_deleted, vo(3), now, 100),
    }


def bundles(db, number, now):
    """Return what the agent asks of bundles in each cycle; nothing is changed."""
    steps, some = db.custody, range(number - 1000, number)
    return {
        "last bundle": partial(steps.last_bundle, vo(4)),
        "bytes of a bundle": partial(steps.text_bytes, some),
        "generations of a bundle": partial(steps.next_generations, some),
        "bundles with deleted logs": partial(steps.bundles_with_deleted, vo(4), 20, {"SE-2"}),
        "bundles of killed agents": partial(steps.retire_dead, vo(4), now, 100),
        "bundles that nobody needs": partial(steps.retire_unneeded, vo(4), None, 100, 50),
        "bundles that expired": partial(steps.retire_unneeded, vo(4), now - timedelta(days=400), 0, 50),
        "retired bundles": partial(steps.retired_bundles, vo(4), 0, 100, {"SE-2"}),
    }
