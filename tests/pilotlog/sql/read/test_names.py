"""Logs by jobs, their owners, hosts, and parts of names."""

from datetime import datetime

import pytest
from sqlalchemy import insert, update

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy, Scope
from PilotLoggingDIRAC.pilotlog.diagnosed import NO_CAUSE
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.model import PilotId, Selection
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import jobs, logs
from tests.conftest import PILOT
from tests.stored import alter, reader, store  # noqa: F401

EVERYTHING = Scope(everything=True)
ADMIN = Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"}))
OPERATOR = Caller("op", "alpha_op", PILOT.vo, frozenset({"Operator"}))


@pytest.fixture
def three(store, alter, reader):
    """Logs of three pilots with their hosts, references and jobs, the last one of another VO."""
    for letter, (host, reference) in {
        "a": ("wn1.alpha.org", "htcondorce://ce/9d3f.0"),
        "b": ("wn10.alpha.org", "htcondorce://ce/77.0"),
        "c": ("wn1", "arc://other/100%25"),
    }.items():
        pilot = PilotId("beta_vo" if letter == "c" else PILOT.vo, letter * 32)
        store(b"x\n", pilot=pilot)
        alter(update(logs).where(logs.c.PilotStamp == pilot.stamp).values(Host=host, PilotReference=reference))
    ids = {log.pilot.stamp[0]: log.id for log in reader.select(EVERYTHING, Selection(), "LogID", False, 0, 9)[1]}
    rows = [(ids["a"], 1, "ada"), (ids["a"], 2, "bob"), (ids["b"], 3, "ada"), (ids["c"], 4, "")]
    alter(insert(jobs).values([{"LogID": log, "JobID": job, "Owner": owner} for log, job, owner in rows]))


@pytest.fixture
def found(reader):
    def select(caller=ADMIN, **fields):
        query = LogReader(reader, ReadSettings())
        total, rows = query.select(caller, Policy(), Selection(**fields), "LastSeen", True, 0, 10)
        assert total.number == len(rows)
        return "".join(sorted(log.pilot.stamp[0] for log in rows))

    return select


def test_a_log_is_found_by_a_job_or_by_a_job_s_owner(three, found):
    assert (found(jobs=(2,)), found(jobs=(1, 3)), found(jobs=(99,))) == ("a", "ab", "")
    assert (found(owners=("ada",)), found(owners=("bob",)), found(owners=("eve",))) == ("ab", "a", "")


def test_a_host_is_named_with_or_without_its_domain(three, found):
    assert (found(hosts=("wn1",)), found(hosts=("wn1.alpha.org",)), found(hosts=("wn10", "wn2"))) == ("ac", "a", "b")
    assert found(hosts=("wn_",)) == ""


@pytest.mark.parametrize(
    ("part", "letters"),
    [("aaaa", "a"), ("9d3f", "a"), ("ce/", "ab"), ("77.0", "b"), ("0%2", "c"), ("%%%", ""), ("htcondorce://ce/7", "b")],
)
def test_a_part_of_a_stamp_or_reference_is_enough(three, found, part, letters):
    assert found(name=part) == letters


def test_a_part_of_a_name_finds_only_what_the_caller_may_read(three, found, reader):
    assert (found(OPERATOR, name="://"), found(OPERATOR, name="100%")) == ("ab", "")
    of_vo = Scope(vos=frozenset({PILOT.vo}))
    for part in ("arc", "100%", "ccc"):  # none takes the place of one that may be read
        wanted = Selection(name=part)
        assert (reader.named(of_vo, wanted, 10), len(reader.named(EVERYTHING, wanted, 10))) == ([], 1)


@pytest.mark.parametrize("part", ["htcondorce://", "ce/"])
@pytest.mark.parametrize(
    ("fields", "letter"), [({"hosts": ("wn10",)}, "b"), ({"jobs": (2,)}, "a"), ({"stamps": ("b" * 32,)}, "b")]
)
def test_the_rest_of_a_selection_counts_before_the_number_of_names_is_limited(three, reader, part, fields, letter):
    query = LogReader(reader, ReadSettings(max_rows=1))
    assert query.named(EVERYTHING, Selection(name=part, **fields)).stamps == (letter * 32,)


@pytest.mark.parametrize("fields", [{"without_checks": True}, {"causes": (NO_CAUSE,)}, {"since": datetime(2026, 1, 1)}])
def test_a_part_of_a_name_goes_with_any_other_filter(three, found, fields):
    assert found(name="ce/", **fields) == "ab"


def test_stamps_and_a_part_of_a_name_are_both_wanted(three, found):
    assert (found(name="://", stamps=("a" * 32,)), found(name="77.0", stamps=("a" * 32,))) == ("a", "")


def test_a_part_of_a_name_that_was_not_looked_up_selects_nothing_by_mistake(three, reader):
    with pytest.raises(InvalidInput):
        reader.select(EVERYTHING, Selection(name="9d3f"), "LastSeen", True, 0, 10)
