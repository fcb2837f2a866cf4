"""Figures of the page: what they count, whose logs, how much of a long time, and what stands beside what."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, update

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy, Scope
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NothingToRead, NotYetThere
from PilotLoggingDIRAC.pilotlog.model import CHECK_STAMP, PilotId, Selection
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.page.durations import durations
from PilotLoggingDIRAC.pilotlog.page.figures import WINDOWS, Figures, FigureSettings, spans_of
from PilotLoggingDIRAC.pilotlog.page.viewer import PageCaller
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.settings import AuditSettings, StatusSettings
from PilotLoggingDIRAC.pilotlog.sql.diagnose.diagnoses import SqlDiagnoses
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import diagnoses
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs as table
from tests.stored import alter, store  # noqa: F401

VO = "vo.alpha.org"
HERE, THERE = "LCG.Here.org", "LCG.There.org"
ADMIN = PageCaller(Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"})), Policy())
SITE_ADMIN = PageCaller(Caller("sid", "site", "", frozenset({"SiteManager"}), sites=frozenset({HERE})), Policy())
USER = PageCaller(Caller("user", "alpha_user", VO, frozenset({"NormalUser"})), Policy())


class World:
    """A store whose pilots end at a site, with a cause if they fail."""

    def __init__(self, transactions, clock, store, alter):
        self.clock, self.store, self.alter = clock, store, alter
        self.views = SqlPageQueries(transactions)
        self.number = 0

    def pilot(self, site=HERE, code="0", cause="", ago=timedelta(0), prefix=""):
        self.number += 1
        pilot = PilotId(VO, f"{prefix}{self.number:032x}")
        self.store(b"text\n", return_code=code, pilot=pilot)
        self.alter(
            update(table)
            .where(table.c.PilotStamp == pilot.stamp)
            .values(Site=site, CE=f"ce.{site}", LastSeen=self.clock() - ago)
        )
        if cause:
            log_id = select(table.c.LogID).where(table.c.PilotStamp == pilot.stamp).scalar_subquery()
            told = {"LogID": log_id, "Cause": cause, "Name": cause.upper(), "Party": "site"}
            self.alter(insert(diagnoses).values(told))

    def figures(self, **settings):
        audit = Audit(lambda event, facts: None, AuditSettings())
        fates = Fates(StatusSettings(), self.clock)
        return Figures(self.views, FigureSettings(**settings), self.clock, fates, audit)


@pytest.fixture
def world(transactions, clock, store, alter):
    return World(transactions, clock, store, alter)


def names(found):
    return [row["name"] for row in found["rows"]]


def test_failures_are_counted_by_site_and_by_cause(world):
    for _ in range(3):
        world.pilot(HERE, "1", "disk-full")
    world.pilot(HERE)
    world.pilot(THERE, "1", "dns-failed")
    world.pilot(THERE, "1")
    found = world.figures().start(ADMIN, {})
    assert found["total"] == {"logs": 6, "ended": 6, "failed": 5}
    assert names(found["sites"]) == [HERE, THERE]
    assert [(row["code"], row["logs"]) for row in found["causes"]["rows"]] == [
        ("disk-full", 3),
        ("dns-failed", 1),
        ("none", 1),
    ]
    assert found["heat"] == [[3, 0, 0], [0, 1, 1]]
    assert found["sites"]["rows"][0]["cause"] == {"code": "disk-full", "name": "DISK-FULL", "party": "site"}


def test_failures_without_a_known_cause_can_be_selected(world, transactions):
    world.pilot(HERE, "1", "disk-full")
    world.pilot(HERE, "1")
    world.pilot(HERE, "1")
    reader = SqlReader(transactions)
    for causes, number in ((("none",), 2), (("disk-full",), 1), (("none", "disk-full"), 3)):
        wanted = Selection(causes=causes)
        assert reader.select(Scope(everything=True), wanted, "LastSeen", True, 0, 10, 10)[0].number == number
    wanted = replace(wanted, since=world.clock() - timedelta(days=1))
    SqlDiagnoses(transactions, world.clock).summary(Scope(everything=True), wanted, ("Site",))


def test_cause_of_a_pilot_that_runs_is_none_of_a_failure(world):
    world.pilot(HERE, None, "disk-full")
    found = world.figures().start(ADMIN, {})
    assert (found["total"], found["causes"]["rows"]) == ({"logs": 1, "ended": 0, "failed": 0}, [])


def test_what_is_not_shown_by_itself_is_counted_together(world):
    for number in range(4):
        world.pilot(f"LCG.{number}.org", "1", f"cause-{number}")
    found = world.figures(figure_sites=2, figure_causes=3).start(ADMIN, {})
    assert found["sites"]["others"] == {
        "groups": 2,
        "names": ["LCG.2.org", "LCG.3.org"],
        "logs": 2,
        "ended": 2,
        "failed": 2,
    }
    assert found["causes"]["others"] == {"groups": 1, "names": ["cause-3"], "logs": 1}
    assert found["heat"] == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]]


def test_time_is_cut_into_spans_and_the_week_before_is_told_beside_it(world):
    world.pilot(HERE, "1", ago=timedelta(hours=3))
    world.pilot(HERE, "0", ago=timedelta(days=7, hours=1))
    world.pilot(HERE, "0", ago=timedelta(days=3))
    found = world.figures().start(ADMIN, {"Window": ["24h"]})
    assert [of["failed"] for of in found["outcomes"]] == [0] * 20 + [1] + [0] * 3
    assert (found["total"]["ended"], found["before"]) == (1, {"logs": 1, "ended": 1, "failed": 0})
    assert found["sites"]["rows"][0]["before"]["ended"] == 1
    assert world.figures().start(ADMIN, {"Window": ["7d"]})["total"]["ended"] == 2


def test_of_a_crowd_each_span_is_counted_up_to_its_share_and_that_is_told(world):
    for _ in range(5):
        world.pilot(HERE, "1")
    world.pilot(HERE, "1", ago=timedelta(hours=5))
    found = world.figures(max_figured=24 * 3).start(ADMIN, {})
    assert (found["sampled"], found["total"]["logs"]) == (3, 4)
    assert world.figures().start(ADMIN, {})["sampled"] == 0


def test_that_a_crowd_a_week_before_is_counted_up_to_its_share_is_told(world):
    for _ in range(3):
        world.pilot(HERE, "1", "disk-full", ago=timedelta(days=7))
    world.pilot(HERE, "1", "disk-full")
    found = world.figures(max_figured=24 * 2).start(ADMIN, {})
    assert (found["sampled"], found["total"]["logs"], found["before"]["logs"]) == (2, 1, 2)
    found = world.figures().start(ADMIN, {})
    assert (found["sampled"], found["before"]["logs"]) == (0, 3)


def test_site_administrator_learns_of_the_site_alone(world):
    world.pilot(HERE, "1", "disk-full")
    world.pilot(THERE, "1", "dns-failed")
    for found in (world.figures().start(SITE_ADMIN, {}), world.figures().site(SITE_ADMIN, {"Site": [HERE]})):
        assert found["total"]["logs"] == 1 and THERE not in json.dumps(found) and "dns" not in json.dumps(found)
    assert world.figures().site(SITE_ADMIN, {"Site": [THERE]})["total"]["logs"] == 0
    with pytest.raises(NothingToRead):
        world.figures().start(USER, {})


def test_one_caller_s_figures_are_not_told_to_another(world):
    world.pilot(THERE, "1", "dns-failed")
    figures = world.figures()
    assert figures.start(ADMIN, {})["total"]["logs"] == 1
    assert figures.start(SITE_ADMIN, {})["total"]["logs"] == 0


def test_site_s_ces_are_told(world):
    world.pilot(HERE, "1", "disk-full")
    world.pilot(THERE)
    found = world.figures().site(ADMIN, {"Site": [HERE]})
    assert (names(found["ces"]), found["phases"], "sites" in found) == ([f"ce.{HERE}"], [], False)


def test_checks_of_the_installation_are_left_out(world):
    world.pilot(HERE, "1", prefix=CHECK_STAMP)
    assert world.figures().start(ADMIN, {})["total"]["logs"] == 0


@pytest.mark.parametrize("asked", [{"Window": ["2h"]}, {"Site": []}, {"Site": [HERE, THERE]}])
def test_bad_questions_are_refused(world, asked):
    with pytest.raises(InvalidInput):
        (world.figures().site if "Site" in asked else world.figures().start)(ADMIN, asked)


def test_while_figures_are_counted_others_are_asked_to_come_again(world):
    told = []

    class Slow:
        def tallies(self, *asked):
            with pytest.raises(NotYetThere):
                figures.start(SITE_ADMIN, {})
            told.append(asked)
            return []

    world.views = Slow()
    figures = world.figures()
    figures.start(ADMIN, {})
    figures.start(ADMIN, {})
    assert len(told) == 2  # a window and the week before it, once


@pytest.mark.parametrize("window", WINDOWS)
def test_spans_follow_each_other_and_hold_the_present_moment(window):
    now = datetime(2026, 11, 21, 8, 7, 9)
    spans = spans_of(window, now)
    assert spans[-1][0] <= now < spans[-1][1]
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    assert (spans[-1][1] - spans[0][0]).total_seconds() == WINDOWS[window][0] * WINDOWS[window][1]


def phase(name, seconds, outcome="good"):
    return {"name": name, "seconds": seconds, "outcome": outcome}


def test_durations_are_of_phases_that_ended_well_and_cycles_are_one():
    logs = [[phase("InstallDIRAC", float(number)), phase("JobAgent cycle 1", 5.0)] for number in range(1, 101)]
    logs.append([phase("InstallDIRAC", 999.0, "failed"), phase("JobAgent cycle 2", None, "cut off")])
    found = durations(json.dumps({"phases": phases}) for phases in logs)
    assert found == [
        {"name": "InstallDIRAC", "failed": 1, "logs": 100, "median": 50.0, "p95": 95.0},
        {"name": "JobAgent cycle", "failed": 1, "logs": 100, "median": 5.0, "p95": 5.0},
    ]
    assert durations(["", "{}"]) == []
