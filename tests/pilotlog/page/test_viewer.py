"""The page's questions: selections, a log's standing, and that a caller learns nothing of logs without rights to
them.
"""

import json
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, update

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy
from PilotLoggingDIRAC.pilotlog.diagnosed import Diagnosed
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NotAllowed, NothingToRead
from PilotLoggingDIRAC.pilotlog.model import CHECK_STAMP, Log, PilotId, State, StoredFile
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.page.document import Documents
from PilotLoggingDIRAC.pilotlog.page.part_text import DatabaseText
from PilotLoggingDIRAC.pilotlog.page.viewer import PageCaller, Viewer
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.read.summary import standing, whereabouts
from PilotLoggingDIRAC.pilotlog.settings import AuditSettings, PageSettings, ReadSettings, StatusSettings
from PilotLoggingDIRAC.pilotlog.sql.describe.pilot_jobs import SqlPilotJobs
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import jobs as jobs_table
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs as table
from tests.conftest import PILOT, Clock, line
from tests.stored import alter, importer, reader, store  # noqa: F401

BETA = PilotId("beta_vo", "b" * 32)
ADMIN = PageCaller(Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"})), Policy())
OPERATOR = PageCaller(Caller("op", "alpha_op", PILOT.vo, frozenset({"Operator"})), Policy())
SITE_ADMIN = PageCaller(
    Caller("sid", "site_admin", "", frozenset({"SiteManager"}), sites=frozenset({"LCG.Here.zz"})), Policy()
)
USER = PageCaller(Caller("user", "alpha_user", PILOT.vo, frozenset({"NormalUser"})), Policy())


@pytest.fixture
def audit():
    return []


@pytest.fixture
def viewer(transactions, clock, reader, audit):
    views, settings = SqlPageQueries(transactions), PageSettings()
    documents = Documents(lambda log: DatabaseText(log, views.sizes, reader.step), settings)
    return Viewer(
        LogReader(reader, ReadSettings()),
        views,
        documents,
        settings,
        clock,
        Audit(lambda event, facts: audit.append((event, facts)), AuditSettings()),
        Fates(StatusSettings(), clock),
    )


def stamps(answer):
    return [log["stamp"] for log in answer["logs"]]


def test_list_holds_what_the_reader_may_see_and_counts_that(viewer, store):
    store(b"a\n", return_code="0")
    store(b"b\n", pilot=BETA)
    assert stamps(viewer.logs(OPERATOR, {})) == [PILOT.stamp]
    assert viewer.logs(OPERATOR, {})["total"] == 1
    answer = viewer.logs(ADMIN, {})
    assert (answer["total"], answer["states"]["Receiving"], answer["states"]["Complete"]) == (2, 1, 1)
    with pytest.raises(NothingToRead):
        viewer.logs(USER, {})


def test_logs_of_checks_are_left_out_if_they_are_not_wanted(viewer, store):
    store(b"a\n", return_code="0")
    store(b"b\n", return_code="0", pilot=PilotId(PILOT.vo, f"{CHECK_STAMP}{'c' * 32}"))
    answer = viewer.logs(ADMIN, {"Checks": ["false"]})
    assert (answer["total"], answer["states"]["Complete"], stamps(answer)) == (1, 1, [PILOT.stamp])
    assert viewer.logs(ADMIN, {"Checks": ["true"]})["total"] == viewer.logs(ADMIN, {})["total"] == 2


def test_counts_by_state_don_t_depend_on_the_states_that_are_chosen(viewer, store):
    store(b"a\n", return_code="0")
    store(b"b\n", pilot=BETA)
    answer = viewer.logs(ADMIN, {"State": ["Complete"]})
    assert (answer["total"], answer["states"]["Receiving"], stamps(answer)) == (1, 1, [PILOT.stamp])


def test_numbers_by_outcome_that_are_cut_are_told_of_also_where_those_by_state_are_not(viewer, store, reader):
    for number in range(6):
        store(b"a\n", pilot=PilotId(PILOT.vo, f"{number}" * 32), return_code="0" if number else "1")
    viewer = replace(viewer, query=LogReader(reader, ReadSettings(max_counted=3)))
    answer = viewer.logs(ADMIN, {"Outcome": ["failed"]})
    assert (answer["total"], sum(answer["states"].values()), sum(answer["outcomes"].values())) == (1, 1, 3)
    assert answer["newest"] == 3


def test_counts_of_a_part_of_a_name_don_t_depend_on_what_they_count_by(viewer, store):
    store(b"a\n", return_code="0")
    store(b"b\n", pilot=PilotId(PILOT.vo, f"{PILOT.stamp[:-1]}e"))
    everything = viewer.logs(ADMIN, {"Name": [PILOT.stamp[:8]]})
    assert everything["total"] == 2
    by_state = viewer.logs(ADMIN, {"Name": [PILOT.stamp[:8]], "State": ["Complete"]})
    assert (by_state["states"], stamps(by_state)) == (everything["states"], [PILOT.stamp])
    assert (by_state["outcomes"]["succeeded"], by_state["outcomes"]["running"]) == (1, 0)
    by_outcome = viewer.logs(ADMIN, {"Name": [PILOT.stamp[:8]], "Outcome": ["succeeded"]})
    assert (by_outcome["outcomes"], stamps(by_outcome)) == (everything["outcomes"], [PILOT.stamp])
    assert (by_outcome["states"]["Complete"], by_outcome["states"]["Receiving"]) == (1, 0)


def test_incomplete_ones_and_those_with_an_error(viewer, store, alter):
    store(b"a\n")
    store(b"b\n", pilot=BETA)
    assert viewer.logs(ADMIN, {"Incomplete": ["true"]})["total"] == 0
    alter(update(table).where(BETA.vo == table.c.VO).values(State="Incomplete", LastError="No 100% Proxy_1"))
    for asked in ({"Incomplete": ["true"]}, {"LastError": ["100% pROXY_1"]}, {"LastError": ["%"]}):
        assert stamps(viewer.logs(ADMIN, asked)) == [BETA.stamp]
    assert viewer.logs(ADMIN, {"LastError": ["100_"]})["total"] == 0
    assert viewer.logs(ADMIN, {"Incomplete": ["false"]})["total"] == 2


@pytest.mark.parametrize("asked", [
    {"Start": ["-1"]}, {"Start": ["٣"]}, {"Limit": ["0"]}, {"Limit": ["201"]}, {"Order": ["Payload"]},
    {"Nonsense": ["1"]},
    {"Incomplete": ["maybe"]}, {"LastError": [""] * 1001}, {"State": ["Lost"]}, {"Start": ["1", "2"]},
])  # fmt: skip
def test_bad_questions_are_refused(viewer, asked):
    with pytest.raises(InvalidInput):
        viewer.logs(ADMIN, asked)


def test_log_that_is_read_is_noted_and_one_that_may_not_be_is_not(viewer, store, audit):
    store(b"a\n")
    viewer.lines(OPERATOR, PILOT, {})
    ((event, facts),) = audit
    assert event == "Read" and f"log={PILOT}" in facts and "by=op@alpha_op" in facts
    for pilot in (PILOT, PilotId(PILOT.vo, "nothere")):
        with pytest.raises(NotAllowed):
            viewer.log(USER, pilot, {})
    assert len(audit) == 1


def test_log_tells_its_length_and_where_to_go_on(viewer, store):
    store(line("one") + b"tw")
    answer = viewer.log(ADMIN, PILOT, {})
    assert (answer["lines"], answer["ended"], answer["cursor"]) == (2, 1, f"1.{len(line('one'))}")
    assert (answer["standing"], answer["live"], answer["where"]) == ("running", True, "database")
    assert viewer.lines(ADMIN, PILOT, {"First": ["1"]})["lines"] == ["tw"]


def test_length_of_a_live_log_goes_up_to_the_cursor_from_which_it_is_followed(viewer, store):
    store(line("one") + b"tw")
    assert viewer.log(ADMIN, PILOT, {})["bytes"] == len(line("one"))
    store(b"o", return_code="0")
    assert viewer.log(ADMIN, PILOT, {})["bytes"] == len(line("one") + b"two")


def test_log_tells_after_how_long_a_running_pilot_is_called_silent(viewer, store, clock):
    store(b"a\n")
    viewer = replace(viewer, fates=Fates(StatusSettings(status_silent_seconds=3600.0), clock))
    assert viewer.log(ADMIN, PILOT, {})["silentSeconds"] == 3600.0


def test_long_lines_are_told_of(viewer, store):
    store(b"x" * 20_000 + b"\nshort\n")
    answer = viewer.lines(ADMIN, PILOT, {})
    assert answer["cut"] == {0: 20_000} and len(answer["lines"][0]) == 16 * 1024 and answer["lines"][1] == "short"


def test_a_failed_pilot_s_cause_is_told_in_the_list_and_above_its_log(viewer, store):
    store(b"a\n", return_code="1")
    found = Diagnosed("disk-full", "No space left", "site", 1, "df -h")
    viewer = replace(viewer, diagnoses=lambda ids: dict.fromkeys(ids, found))
    told = {"code": "disk-full", "name": "No space left", "party": "site", "line": 1, "hint": "df -h"}
    assert [log["cause"] for log in viewer.logs(ADMIN, {})["logs"]] == [told]
    assert viewer.log(ADMIN, PILOT, {})["cause"] == told


def test_lines_of_causes_in_the_list_count_from_the_start_of_what_the_reader_sees_of_the_log(
    viewer, store, importer, alter
):
    importer.append(PILOT, 0, "im\nported\n", {}, "2026-11-01T13:00:00")
    store(b"a\nb\n", return_code="1")
    store(b"other\n", pilot=BETA, return_code="1")
    alter(update(table).where(table.c.Part == 1).values(Site="LCG.Here.zz"))
    found = Diagnosed("disk-full", "No space left", "site", 2, "df -h", running=True)
    viewer = replace(viewer, diagnoses=lambda ids: dict.fromkeys(ids, found))

    def told(who):
        rows = viewer.logs(who, {})["logs"]
        return {(row["vo"], row["part"]): row["cause"]["line"] for row in rows}

    assert told(ADMIN) == {(PILOT.vo, 0): 2, (PILOT.vo, 1): 4, (BETA.vo, 1): 2}
    assert told(SITE_ADMIN) == {(PILOT.vo, 1): 2, (BETA.vo, 1): 2}
    assert viewer.log(ADMIN, PILOT, {})["cause"]["line"] == 4


def test_cause_in_a_part_whose_text_is_kept_nowhere_has_no_line_in_the_list(viewer, store, alter):
    store(b"a\n", return_code="1")
    viewer = replace(viewer, diagnoses=lambda ids: dict.fromkeys(ids, Diagnosed("disk-full", "No space left", line=1)))
    assert [log["cause"]["line"] for log in viewer.logs(ADMIN, {})["logs"]] == [1]
    alter(update(table).values(State="Purged"))
    assert [log["cause"]["line"] for log in viewer.logs(ADMIN, {})["logs"]] == [0]


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_lines_of_a_part_that_is_kept_nowhere_are_not_counted(viewer, store, alter, is_forgotten):
    """Not before the cause in the head, and not before the phases and causes in the outline."""
    store(b"gone\ngone\n", return_code="1")
    alter(update(table).values(State="Purged"))
    store(b"a\nb\n", return_code="1")
    if is_forgotten:
        alter(delete(table).where(table.c.Part == 1))
    cause = {"name": "No space left", "party": "site", "phase": "X", "hint": "", "because_of": ""}
    cause |= {"code": "disk-full", "line": 2}
    viewer = replace(
        viewer,
        diagnoses=lambda ids: dict.fromkeys(ids, Diagnosed("disk-full", "No space left", line=2)),
        details=lambda log: json.dumps({"causes": [cause]}),
    )
    answer = viewer.log(ADMIN, PILOT, {})
    assert (answer["lines"], answer["cause"]["line"]) == (2, 2)
    assert [cause["line"] for cause in viewer.outline(ADMIN, PILOT, {})["causes"]] == [1]


def test_a_log_that_is_received_tells_what_is_known_so_far_and_no_older_cause(viewer, store):
    store(b"a\n")
    older = Diagnosed("disk-full", "No space left", phase="InstallDIRAC")

    def told(found):
        seen = replace(viewer, diagnoses=lambda ids: dict.fromkeys(ids, found))
        log, (row,) = seen.log(ADMIN, PILOT, {}), seen.logs(ADMIN, {})["logs"]
        assert (log["cause"], log["phase"], log["outcomeText"]) == (row["cause"], row["phase"], row["outcomeText"])
        return log["cause"] and log["cause"]["code"], log["phase"], log["outcomeText"]

    assert told(older) == (None, "", "running")
    assert told(replace(older, running=True)) == ("disk-full", "InstallDIRAC", "running (No space left)")


def part(number, state, code=None, file=None):
    return Log(number, PILOT, number, state, Clock().now, Clock().now, return_code=code, file=file)


FILE = StoredFile("ALPHA-disk", "/vo/x", "GUID", 1, "00000000")


@pytest.mark.parametrize(("parts", "stands", "word", "where"), [
    ([part(1, State.RECEIVING)], "running", "not reported its end yet", "database"),
    ([part(1, State.COMPLETE, "0")], "complete", "return code 0", "database"),
    ([part(1, State.INCOMPLETE)], "incomplete", "fell silent", "database"),
    ([part(1, State.ARCHIVED, "1", FILE)], "complete", "return code 1", "database"),
    ([part(1, State.PURGED, "1", FILE)], "complete", "return code 1", "archive (ALPHA-disk)"),
    ([part(1, State.PURGED)], "incomplete", "No longer kept: part 1", "nowhere any more"),
    (
        [part(1, State.PURGED, None, FILE), part(2, State.RECEIVING)],
        "running", "in 2 parts", "archive (ALPHA-disk) and database",
    ),
    ([part(2, State.COMPLETE, "0")], "incomplete", "No longer kept: part 1", "database"),
])  # fmt: skip
def test_how_a_log_stands_and_why(parts, stands, word, where):
    found, why = standing(parts)
    assert (found, whereabouts(parts)) == (stands, where) and word in why


def test_log_that_is_kept_nowhere_is_told_of_and_empty(viewer, store, alter):
    store(b"a\n", return_code="0")
    alter(update(table).values(State="Purged"))
    answer = viewer.log(ADMIN, PILOT, {})
    assert (answer["lines"], answer["standing"]) == (0, "incomplete")
    assert viewer.lines(ADMIN, PILOT, {})["lines"] == []


def test_lines_tell_with_which_part_their_text_begins(viewer, store, alter):
    store(b"a\n", return_code="1")

    def begins():
        return viewer.log(ADMIN, PILOT, {})["begins"], viewer.lines(ADMIN, PILOT, {})["begins"]

    assert begins() == (1, 1)
    alter(update(table).values(State="Purged"))
    assert begins() == (None, None)
    store(b"b\n", return_code="1")
    assert begins() == (2, 2)


def test_log_of_a_pilot_that_dirac_says_has_failed_is_shown_as_ended_and_is_listed_as_incomplete(viewer, store, alter):
    store(b"a\n")
    assert viewer.logs(ADMIN, {"Incomplete": ["true"]})["logs"] == []
    alter(update(table).values(PilotStatus="Failed"))
    log = viewer.log(ADMIN, PILOT, {})
    assert (log["standing"], log["pilotStatus"], log["live"]) == ("ended", "Failed", True)
    for asked in ({}, {"Incomplete": ["true"]}, {"Dead": ["true"]}):
        (row,) = viewer.logs(ADMIN, asked)["logs"]
        assert (row["pilotStatus"], row["pilotEnded"]) == ("Failed", True)


def test_list_and_log_tell_how_the_pilot_fared_and_its_jobs(viewer, store, alter, reader, transactions):
    store(b"a\n", return_code="3")
    store(b"b\n", pilot=BETA)
    (failed,), jobs = reader.find(PILOT), SqlPilotJobs(transactions).of
    alter(insert(jobs_table).values(LogID=failed.id, JobID=4711, Owner="ada"))
    viewer = replace(viewer, jobs=jobs, diagnoses=lambda ids: {failed.id: Diagnosed("disk-full", "No space left")})
    answer = viewer.logs(ADMIN, {"Outcome": ["failed"]})
    (row,) = answer["logs"]
    told = {
        "outcome": "failed",
        "outcomeText": "failed (code 3, No space left)",
        "jobs": [{"id": 4711, "owner": "ada"}],
    }
    assert told.items() <= row.items() and told.items() <= viewer.log(ADMIN, PILOT, {}).items()
    others = dict.fromkeys(("silent", "succeeded", "killed", "unknown"), 0)
    assert answer["outcomes"] == {"running": 1, "failed": 1} | others
    assert stamps(viewer.logs(ADMIN, {"Job": ["4711"]})) == stamps(viewer.logs(ADMIN, {"Name": [PILOT.stamp[2:9]]}))
