"""A pilot's output by reference: who may have it, who gets which refusal."""

import dataclasses
from datetime import datetime

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed, SourcesExhausted, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Log, Output, PilotId, State
from PilotLoggingDIRAC.pilotlog.read.outputs import PilotOutputs, describe
from PilotLoggingDIRAC.pilotlog.read.source_chain import SourceChain
from PilotLoggingDIRAC.pilotlog.settings import SourceSettings
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs
from tests.conftest import PILOT, line
from tests.stored import alter, reader, store  # noqa: F401  (fixtures)

REFERENCE = "htcondorce://ce.example/1.0"
SITE = "TEST.Alpha.zz"
LONG_AGO = datetime(2020, 1, 1)

OPERATOR = Caller("opal", "alpha_operator", PILOT.vo, frozenset({"Operator"}))
STRANGER = Caller("opbert", "beta_operator", "beta_vo", frozenset({"Operator"}))
SITE_ADMIN = Caller("sid", "site_admin", "", frozenset({"SiteManager"}), sites=frozenset({SITE}))
ADMIN = Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"}))
HOST = Caller("localhost", "hosts", "", frozenset({"TrustedHost"}), is_host=True)
READERS = [OPERATOR, SITE_ADMIN, ADMIN]


class Says:
    """A source that has text."""

    name = "Collector"

    def output(self, pilot, reference):
        """The pilot that was asked for."""
        return Output(f"log of {pilot}")


class Known:
    """Pilots that DIRAC knows."""

    def __init__(self, *subjects, error=None):
        self.subjects, self.error = {log.reference: log for log in subjects}, error

    def subject(self, reference):
        """The pilot."""
        if self.error:
            raise self.error
        return self.subjects.get(reference)

    def subjects_of_stamp(self, stamp):
        """The pilots with a stamp."""
        return [log for log in self.subjects.values() if log.pilot.stamp == stamp]


def subject(pilot=PILOT, reference=REFERENCE, site=SITE):
    return Log(0, pilot, 0, State.RECEIVING, LONG_AGO, LONG_AGO, reference=reference, site=site)


@pytest.fixture
def asked(reader):
    """The outputs of pilots, with records as given."""
    chain = SourceChain([Says()], SourceSettings())
    return lambda records: PilotOutputs(records, reader, chain, lambda vo: ["Collector"])


@pytest.mark.parametrize("who", READERS, ids=str)
def test_those_who_may_read_get_the_output_and_its_vo(asked, who):
    vo, found = asked(Known(subject())).get(who, Policy(), REFERENCE)
    assert (vo, found.stdout, found.source) == (PILOT.vo, f"log of {PILOT}", "Collector")


def test_forbidden_and_unknown_pilots_are_refused_alike(asked):
    with pytest.raises(NotAllowed) as forbidden:
        asked(Known(subject())).get(STRANGER, Policy(), REFERENCE)
    with pytest.raises(NotAllowed) as unknown:
        asked(Known()).get(STRANGER, Policy(), REFERENCE)
    assert str(forbidden.value) == str(unknown.value)


class Counted:
    """A reader that counts what it is asked."""

    def __init__(self, reader):
        self._reader, self.asked = reader, []

    def __getattr__(self, name):
        self.asked.append(name)
        return getattr(self._reader, name)


def test_forbidden_and_unknown_pilots_cost_the_same_questions(reader):
    costs = []
    for records in (Known(subject()), Known()):
        counted = Counted(reader)
        with pytest.raises(NotAllowed):
            PilotOutputs(records, counted, None, None).get(STRANGER, Policy(), REFERENCE)
        costs.append(counted.asked)
    assert costs[0] == costs[1] == ["find_reference", "find_stamps"]


def test_who_may_read_nothing_costs_no_question_at_all():
    with pytest.raises(NotAllowed):
        PilotOutputs(None, None, None, None).get(Caller("alice", "alpha_user", PILOT.vo), Policy(), REFERENCE)


def test_own_row_does_not_open_what_dirac_s_record_closes(asked, store, alter):
    store(line("one"))
    alter(update(logs).values(PilotReference=REFERENCE, Site=SITE))
    elsewhere = Known(subject(site="TEST.Beta.zz"))
    with pytest.raises(NotAllowed):
        asked(elsewhere).get(SITE_ADMIN, Policy(), REFERENCE)


@pytest.mark.parametrize("who", READERS, ids=str)
def test_by_stamp_those_who_may_read_get_the_log(asked, store, alter, who):
    store(line("one"))
    alter(update(logs).values(Site=SITE))
    pilot, found = asked(Known()).by_stamp(who, Policy(), PILOT.vo, PILOT.stamp)
    assert (pilot, found.stdout) == (PILOT, f"log of {PILOT}")


def test_by_stamp_forbidden_unknown_and_impossible_logs_are_refused_alike(asked, store, alter):
    store(line("one"))
    alter(update(logs).values(Site="TEST.Beta.zz"))
    refusals = set()
    for who in (STRANGER, SITE_ADMIN):
        for vo, stamp in ((PILOT.vo, PILOT.stamp), (PILOT.vo, "absent"), (PILOT.vo, ""), (None, None), ("../x", "a\n")):
            with pytest.raises(NotAllowed) as refusal:
                asked(Known()).by_stamp(who, Policy(), vo, stamp)
            refusals.add(str(refusal.value))
    assert len(refusals) == 1


def test_by_stamp_a_log_with_a_part_elsewhere_is_not_for_the_site(asked, store, alter):
    store(line("one"))
    alter(update(logs).values(State="Purged", Site=SITE))
    store(line("two", 1))
    assert asked(Known()).by_stamp(SITE_ADMIN, Policy(), PILOT.vo, PILOT.stamp)
    alter(update(logs).where(logs.c.Part == 2).values(Site="TEST.Beta.zz"))
    assert asked(Known()).by_stamp(OPERATOR, Policy(), PILOT.vo, PILOT.stamp)
    with pytest.raises(NotAllowed):
        asked(Known()).by_stamp(SITE_ADMIN, Policy(), PILOT.vo, PILOT.stamp)


def test_plain_member_reads_only_where_the_vo_allows_it(asked):
    alice = Caller("alice", "alpha_user", PILOT.vo, frozenset({"NormalUser"}))
    with pytest.raises(NotAllowed):
        asked(Known(subject())).get(alice, Policy(), REFERENCE)
    assert asked(Known(subject())).get(alice, Policy(member_vos=frozenset({PILOT.vo})), REFERENCE)


def test_host_reads_only_with_trust_and_where_it_is_named(asked):
    named = Policy(reading_hosts=frozenset({HOST.user}))
    for who, policy in ((HOST, Policy()), (dataclasses.replace(HOST, properties=frozenset()), named)):
        with pytest.raises(NotAllowed):
            asked(Known(subject())).get(who, policy, REFERENCE)
    assert asked(Known(subject())).get(HOST, named, REFERENCE)


def test_pilot_without_a_known_site_is_nothing_for_site_administrators(asked):
    with pytest.raises(NotAllowed):
        asked(Known(subject(site=""))).get(SITE_ADMIN, Policy(), REFERENCE)


def test_administrators_learn_that_a_pilot_is_unknown(asked):
    with pytest.raises(LogNotFound):
        asked(Known()).get(ADMIN, Policy(), REFERENCE)


@pytest.mark.parametrize("who", READERS, ids=str)
def test_pilot_that_dirac_has_deleted_is_found_by_our_own_row(asked, store, alter, who):
    store(line("one"))
    alter(update(logs).values(PilotReference=REFERENCE, Site=SITE))
    assert asked(Known()).get(who, Policy(), REFERENCE)[1].stdout == f"log of {PILOT}"


def test_deleted_pilot_is_refused_to_strangers_as_if_it_were_unknown(asked, store, alter):
    store(line("one"))
    alter(update(logs).values(PilotReference=REFERENCE, Site=SITE))
    with pytest.raises(NotAllowed):
        asked(Known()).get(STRANGER, Policy(), REFERENCE)


def test_logs_are_found_while_dirac_can_not_be_asked(asked, store, alter):
    store(line("one"))
    alter(update(logs).values(PilotReference=REFERENCE))
    away = Known(error=StoreUnavailable("away"))
    assert asked(away).get(OPERATOR, Policy(), REFERENCE)[0] == PILOT.vo
    with pytest.raises(StoreUnavailable):
        asked(away).get(STRANGER, Policy(), REFERENCE)
    with pytest.raises(StoreUnavailable):
        asked(away).get(OPERATOR, Policy(), "another")


@pytest.mark.parametrize("value", ["", None, 3, ["x"], "x" * 256])
def test_what_is_no_reference_is_refused(asked, value):
    with pytest.raises(InvalidInput):
        asked(Known()).get(ADMIN, Policy(), value)


def test_exhausted_chain_is_told_to_those_who_may_read(reader):
    outputs = PilotOutputs(Known(subject()), reader, SourceChain([], SourceSettings()), lambda vo: ["Nonsense"])
    with pytest.raises(SourcesExhausted, match="Nonsense"):
        outputs.get(OPERATOR, Policy(), REFERENCE)


def test_a_pilot_is_found_by_its_stamp_for_those_who_may_read_all_of_it(asked, store):
    store(b"text\n")
    outputs = asked(Known())
    vo, found = outputs.get(ADMIN, Policy(), PILOT.stamp)
    assert (vo, found.stdout) == (PILOT.vo, f"log of {PILOT}")
    with pytest.raises(NotAllowed):
        outputs.get(STRANGER, Policy(), PILOT.stamp)


def test_only_the_sources_that_were_named_are_asked(asked):
    with pytest.raises(SourcesExhausted, match="Archive: unknown source"):
        asked(Known(subject())).get(ADMIN, Policy(), REFERENCE, ("Archive",))


@pytest.mark.parametrize("parts", [1, 2])
def test_who_reads_by_site_gets_by_stamp_what_is_wholly_at_that_site(asked, store, alter, parts):
    store(b"text\n")
    alter(update(logs).values(Site=SITE, State=State.PURGED.value))
    if parts == 2:
        store(b"ran again elsewhere\n")
        alter(update(logs).where(logs.c.Part == 2).values(Site="TEST.Beta.zz"))
        with pytest.raises(NotAllowed):
            asked(Known()).get(SITE_ADMIN, Policy(), PILOT.stamp)
    else:
        assert asked(Known()).get(SITE_ADMIN, Policy(), PILOT.stamp)[0] == PILOT.vo


@pytest.fixture
def two_parts(store, alter):
    """``two_parts(first, second)``: a log with two parts at these sites, the second one with the reference."""

    def make(first, second):
        store(line("one"))
        alter(update(logs).values(State="Purged", Site=first))
        store(line("two", 1))
        alter(update(logs).where(logs.c.Part == 2).values(Site=second, PilotReference=REFERENCE))

    return make


@pytest.mark.parametrize("elsewhere", ["TEST.Beta.zz", ""])
def test_by_reference_a_log_with_a_part_elsewhere_is_not_for_the_site(asked, two_parts, elsewhere):
    two_parts(elsewhere, SITE)
    assert asked(Known()).get(OPERATOR, Policy(), REFERENCE)[1].stdout == f"log of {PILOT}"
    with pytest.raises(NotAllowed) as refused:
        asked(Known()).get(SITE_ADMIN, Policy(), REFERENCE)
    with pytest.raises(NotAllowed) as unknown:
        asked(Known()).get(SITE_ADMIN, Policy(), "another")
    assert str(refused.value) == str(unknown.value)


def test_by_reference_a_log_with_all_parts_at_the_site_is_for_it(asked, two_parts):
    two_parts(SITE, SITE)
    assert asked(Known()).get(SITE_ADMIN, Policy(), REFERENCE)[1].stdout == f"log of {PILOT}"


@pytest.mark.parametrize("name", [REFERENCE, PILOT.stamp], ids=["reference", "stamp"])
def test_what_dirac_has_at_the_site_does_not_open_a_part_elsewhere(asked, two_parts, name):
    two_parts("TEST.Beta.zz", SITE)
    assert asked(Known(subject())).get(OPERATOR, Policy(), name)[1].stdout == f"log of {PILOT}"
    with pytest.raises(NotAllowed) as refused:
        asked(Known(subject())).get(SITE_ADMIN, Policy(), name)
    with pytest.raises(NotAllowed) as unknown:
        asked(Known()).get(SITE_ADMIN, Policy(), "another")
    assert str(refused.value) == str(unknown.value)


def test_pilot_whose_stamp_dirac_lacks_is_refused_for_a_log_elsewhere_with_its_reference(asked, two_parts):
    two_parts("TEST.Beta.zz", "TEST.Beta.zz")
    without_stamp = Known(subject(pilot=PilotId(PILOT.vo, "")))
    with pytest.raises(NotAllowed):
        asked(without_stamp).get(SITE_ADMIN, Policy(), REFERENCE)


@pytest.mark.parametrize("name", [REFERENCE, PILOT.stamp], ids=["reference", "stamp"])
def test_parts_without_a_site_are_where_dirac_has_the_pilot(asked, two_parts, name):
    two_parts(SITE, "")
    assert asked(Known(subject())).get(SITE_ADMIN, Policy(), name)[1].stdout == f"log of {PILOT}"


def test_pilot_without_a_log_is_known_by_its_stamp_to_those_who_may_read_it(asked):
    for who in READERS:
        assert asked(Known(subject())).get(who, Policy(), PILOT.stamp)[1].stdout == f"log of {PILOT}"
    with pytest.raises(NotAllowed):
        asked(Known(subject())).get(STRANGER, Policy(), PILOT.stamp)


def test_stamp_that_nobody_knows_is_told_in_words(asked):
    with pytest.raises(LogNotFound, match="neither DIRAC nor a log has"):
        asked(Known()).get(ADMIN, Policy(), "f" * 32)


def test_log_with_text_missing_has_ended_and_is_not_complete():
    log = Log(1, PILOT, 1, State.COMPLETE, LONG_AGO, LONG_AGO, return_code="0")
    whole, holed = describe([log], ""), describe([log, dataclasses.replace(log, part=2, missing_bytes=7)], "")
    assert (whole.ended, whole.complete, whole.missing_bytes) == (True, True, 0)
    assert (holed.ended, holed.complete, holed.missing_bytes) == (True, False, 7)
