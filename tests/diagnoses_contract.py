"""The contract of a store of diagnoses with agent and readers. ``tests`` runs it on sqlite, ``integration_tests`` on
MariaDB.
"""

import json

import pytest
from sqlalchemy import func, select, update

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.archive.diagnosing import Diagnoser, DiagnosingPlaces
from PilotLoggingDIRAC.pilotlog.diagnose import standard, with_own
from PilotLoggingDIRAC.pilotlog.diagnose.causes.rules import standard_version
from PilotLoggingDIRAC.pilotlog.diagnosed import Diagnosed
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.model import PilotInfo, Selection, State
from PilotLoggingDIRAC.pilotlog.settings import DiagnoseSettings
from PilotLoggingDIRAC.pilotlog.sql.diagnose.diagnoses import SqlDiagnoses
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs, unknown_failures

from .conftest import PILOT
from .custody_contract import VO, World, pilot

FULL = (
    b"2026-11-21T08:10:01.000000Z INFO [InstallDIRAC] Command InstallDIRAC instantiated from pilotCommands\n"
    b"tar: diracos/lib/libcrypto.so.3: Cannot write: No space left on device\n"
    b"2026-11-21T08:10:02.000000Z ERROR [InstallDIRAC] Could not install DIRACOS\n"
)
DISK = "disk-full"
_BEGIN = b"2026-11-21T08:10:01.000000Z INFO [InstallDIRAC] Command InstallDIRAC instantiated from pilotCommands\n"
ODD = _BEGIN + b"frobnicator: plate %d is not aligned\n"
OTHER = _BEGIN + b"panic: the reactor of this node is too warm\n"
THIRD = _BEGIN + b"nobody knows what this line wants to tell\n"
FOURTH = _BEGIN + b"all the king's horses\n"
OWN = {
    "plate-crooked": {"Name": "The plate is crooked", "Party": "site", "Hint": "Align it.", "Text": "is not aligned"}
}
OWN_LATER = {"plate-crooked": OWN["plate-crooked"] | {"Hint": "Align it, and look again."}}
HERE, THERE = "LCG.Here.org", "LCG.There.org"
ALL = Scope(everything=True)


class Agents(World):
    """A store whose logs are diagnosed."""

    def __init__(self, transactions, clock):
        super().__init__(transactions, clock)
        self.diagnoses = SqlDiagnoses(transactions, clock)
        self.places = DiagnosingPlaces()

    def fail(self, who=PILOT, text=FULL):
        """A pilot that fails for want of disk space."""
        self.send(text, who)
        self.send(b"", who, return_code="1")

    def diagnose(self, owner="agent", texts=None, own=None, **bounds):
        """One cycle's diagnoses: its tally. ``own`` are rules of the VO."""
        return self.diagnoser_of(owner, texts, own, **bounds).run(self.places)

    def recent(self):
        """Return what is diagnosed between cycles: the counts."""
        return self.diagnoser_of().run_recent(lambda: False).counts

    def diagnoser_of(self, owner="agent", texts=None, own=None, **bounds):
        """The step of an agent."""
        rules = with_own(own or {}).rules
        return Diagnoser(
            *(self.diagnoses, texts or self.reader, DiagnoseSettings(**bounds), self.clock, owner),
            rules_of=lambda vo: rules if vo else standard(),
            vos=[VO],
        )

    def diagnose_odd(self, number):
        """Diagnose so many logs that no rule knows, and once more: the rules that hold are noted then."""
        for each in range(number):
            self.fail(pilot(each), ODD % each)
            self.clock.forward(seconds=1)
        self.diagnose()
        self.diagnose()

    def found(self, who=PILOT):
        """The diagnosis of a log, None without one."""
        log = self.log(who)
        return self.diagnoses.of([log.id]).get(log.id)

    def unknown(self, scope=ALL):
        """The groups of failures that no rule knows, of all logs in a scope."""
        return self.diagnoses.unknown(scope, Selection(vos=(VO,), since=self.later(days=-90)))

    def due_ids(self, limit=100):
        ids, _ = self.diagnoses.due(State.COMPLETE, None, 100, limit)
        return ids


class Texts:
    """Texts of a store, of which that of some logs raises an error."""

    def __init__(self, reader, error, *pilots):
        self.reader, self.error, self.pilots = reader, error, pilots

    def chunks(self, log, sequence=0):
        if log.pilot in self.pilots:
            raise self.error
        return self.reader.chunks(log, sequence)


class Killed(BaseException):
    """An agent's end."""


class DiagnosesContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def agents(self, transactions, clock):
        return Agents(transactions, clock)

    def test_a_failed_pilot_s_cause_is_stored_with_line_hint_and_party(self, agents):
        agents.fail()
        assert agents.diagnose().counts == {"diagnosed": 1}
        found = agents.found()
        assert (found.cause, found.party, found.line) == (DISK, "site", 2)
        assert found.name
        assert found.hint
        assert found.rules == standard_version()

    def test_details_have_all_causes_phases_and_the_return_code(self, agents):
        agents.fail()
        agents.diagnose()
        details = json.loads(agents.diagnoses.details(agents.log()))
        assert details["causes"][0]["code"] == DISK
        assert [phase["name"] for phase in details["phases"]]
        assert details["end"]["return_code"] == 1

    def test_a_good_pilot_has_a_diagnosis_without_a_cause(self, agents):
        agents.finish()
        agents.diagnose()
        assert agents.found() == Diagnosed(rules=standard_version(), phase=agents.found().phase)

    def test_a_log_that_is_received_is_not_diagnosed(self, agents):
        agents.send(FULL)
        assert agents.diagnose().counts == {}
        assert agents.found() is None

    @pytest.mark.parametrize("state", ["archived", "kept", "incomplete"])
    def test_ended_logs_of_every_state_are_diagnosed(self, agents, state):
        agents.send(FULL)
        if state == "incomplete":
            agents.custody.seal([agents.log()])
        else:
            agents.send(b"", return_code="1")
            agents.archive() if state == "archived" else agents.custody.keep([agents.log().id])
        assert agents.log().state.value.lower() == state
        agents.diagnose()
        assert agents.found().cause == DISK

    def test_a_log_is_diagnosed_once(self, agents):
        agents.fail()
        agents.diagnose()
        assert agents.diagnose().counts == {}

    def test_a_log_with_more_text_is_diagnosed_again(self, agents):
        agents.finish()
        agents.diagnose()
        agents.clock.forward(seconds=1)
        agents.fail()
        assert agents.diagnose().counts == {"diagnosed": 1}
        assert agents.found().cause == DISK

    def test_a_cycle_s_bound_is_kept_and_the_next_goes_on(self, agents):
        for number in range(5):
            agents.fail(pilot(number))
        counts = [agents.diagnose(diagnose_logs=2).counts.get("diagnosed", 0) for _ in range(4)]
        assert counts == [2, 2, 1, 0]

    def test_nothing_is_diagnosed_with_a_bound_of_0(self, agents):
        agents.fail()
        assert agents.diagnose(diagnose_logs=0).counts == {}

    def test_two_agents_never_have_the_same_log(self, agents):
        agents.fail()
        until = agents.later(minutes=5)
        (log,) = agents.diagnoses.claim("one", [agents.log().id], until)
        assert agents.diagnoses.claim("two", [log.id], until) == []
        assert not agents.diagnoses.store("two", log, Diagnosed("wrong"), 9)
        assert agents.diagnoses.store("one", log, Diagnosed("right"), 9)
        assert agents.found().cause == "right"

    def test_the_lease_of_an_agent_that_ended_runs_out(self, agents):
        agents.fail()
        agents.diagnoses.claim("killed", [agents.log().id], agents.later(minutes=5))
        assert agents.due_ids() == []
        agents.clock.forward(minutes=6)
        assert agents.due_ids() == [agents.log().id]

    def test_a_log_that_ends_agents_again_and_again_is_given_up(self, agents):
        agents.fail()
        taken = 0
        while agents.diagnoses.claim("killed", [agents.log().id], agents.later(minutes=5)):
            taken += 1
            agents.clock.forward(minutes=6)
        assert taken == 3

    def test_a_log_that_ends_agents_costs_no_other_its_diagnosis(self, agents):
        for number in range(3):
            agents.fail(pilot(number))
        for _ in range(3):
            with pytest.raises(Killed):
                agents.diagnose(texts=Texts(agents.reader, Killed(), pilot(0)))
            agents.clock.forward(minutes=20)
        assert agents.diagnose().counts == {"diagnosed": 2}
        assert agents.found(pilot(0)) is None

    def test_a_log_that_was_given_up_is_diagnosed_when_somebody_asks_for_it(self, agents):
        agents.fail()
        while agents.diagnoses.claim("killed", [agents.log().id], agents.later(minutes=5)):
            agents.clock.forward(minutes=6)
        assert agents.diagnose().counts == {}
        assert agents.diagnoses.again(Selection(vos=(VO,))) == 1
        assert agents.diagnose().counts == {"diagnosed": 1}
        assert agents.found().cause == DISK

    def test_a_lease_of_a_diagnosis_hinders_no_archiving(self, agents):
        agents.fail()
        agents.diagnoses.claim("one", [agents.log().id], agents.later(minutes=5))
        agents.archive()
        assert agents.log().state is State.ARCHIVED

    def test_a_log_that_can_not_be_diagnosed_costs_no_other_and_says_so(self, agents):
        for number in range(3):
            agents.fail(pilot(number))
        tally = agents.diagnose(texts=Texts(agents.reader, ValueError("odd"), pilot(1)))
        assert tally.counts == {"diagnosed": 3, "not diagnosed": 1}
        assert tally.problems["diagnoses"] == f"the log of {pilot(1)}: ValueError"
        assert [agents.found(pilot(number)).cause for number in range(3)] == [DISK, "", DISK]
        assert agents.found(pilot(1)).problem == "ValueError"
        assert agents.diagnose().counts == {}

    def test_a_log_purged_while_it_was_claimed_gets_no_diagnosis(self, agents):
        agents.fail()
        agents.archive()
        agents.clock.forward(days=1)
        (log,) = agents.diagnoses.claim("agent", [agents.log().id], agents.later(minutes=5))
        agents.custody.purge([log.id], agents.clock())

        class Claimed:
            marked, due = (lambda self, limit: []), (lambda self, *a: ([log.id], None))
            claim, store = (lambda self, *a: [log]), agents.diagnoses.store
            outdated = lambda self, *a: (0, None)  # noqa: E731

        places = DiagnosingPlaces()
        tally = Diagnoser(Claimed(), agents.reader, DiagnoseSettings(), agents.clock, "agent").run(places)
        assert tally.counts == {}
        assert agents.found() is None

    def test_a_purged_log_keeps_its_diagnosis(self, agents):
        agents.fail()
        agents.diagnose()
        agents.archive()
        agents.clock.forward(days=1)
        agents.custody.purge([agents.log().id], agents.clock())
        assert (agents.log().state, agents.found().cause) == (State.PURGED, DISK)

    def test_a_deleted_log_s_diagnosis_is_deleted_at_once(self, agents):
        agents.fail()
        agents.diagnose()
        log = agents.log()
        wanted = Selection(vos=(VO,), stamps=(log.pilot.stamp,))
        agents.deleting.delete([log], wanted)
        assert agents.diagnoses.of([log.id]) == {}
        assert agents.diagnoses.details(log) == ""

    def test_a_row_s_diagnosis_goes_with_it(self, agents):
        agents.fail()
        agents.diagnose()
        log = agents.log()
        agents.custody.keep([log.id])
        agents.clock.forward(days=1)
        agents.custody.purge_kept([log.id], agents.clock())
        assert agents.custody.delete_rows(VO, agents.clock(), False, 10) == (1, None)
        assert agents.diagnoses.of([log.id]) == {}

    def test_diagnoses_are_made_again_on_request_of_the_selected_logs_alone(self, agents):
        for number in range(2):
            agents.fail(pilot(number))
        agents.diagnose()
        assert agents.diagnoses.again(Selection(stamps=(pilot(1).stamp,))) == 1
        assert agents.diagnoses.marked(10) == [agents.log(pilot(1)).id]
        assert agents.diagnose().counts == {"diagnosed": 1}
        assert agents.diagnoses.marked(10) == []

    def test_logs_are_diagnosed_again_a_bounded_number_at_a_time_when_rules_have_changed(self, agents):
        agents.diagnose_odd(3)
        assert "plate-crooked" not in [agents.found(pilot(number)).cause for number in range(3)]
        counts = [agents.diagnose(own=OWN, diagnose_logs=2).counts.get("diagnosed", 0) for _ in range(4)]
        assert [agents.found(pilot(number)).cause for number in range(3)] == ["plate-crooked"] * 3
        assert agents.found(pilot(0)).rules == with_own(OWN).rules.version
        assert (sum(counts), max(counts)) == (3, 2)
        assert agents.diagnose(own=OWN).counts == {}

    @pytest.fixture
    def at_rest(self, agents):
        """Six logs that are diagnosed; the rules are known to be those that all were diagnosed with."""
        agents.diagnose_odd(6)
        return agents

    def change_rules(self, agents, own, cycles):
        for _ in range(cycles):
            agents.diagnose(own=own, diagnose_logs=2)

    def versions(self, agents):
        return {agents.found(pilot(number)).rules for number in range(6)}

    def test_rules_that_change_again_before_all_logs_were_looked_at_hold_for_those_looked_at_too(self, at_rest):
        self.change_rules(at_rest, OWN, 3)
        assert len(self.versions(at_rest)) == 2
        self.change_rules(at_rest, OWN_LATER, 12)
        assert self.versions(at_rest) == {with_own(OWN_LATER).rules.version}

    def test_rules_that_are_taken_back_before_all_logs_were_looked_at_hold_for_all_again(self, at_rest):
        self.change_rules(at_rest, OWN, 2)
        assert len(self.versions(at_rest)) == 2
        self.change_rules(at_rest, None, 12)
        assert self.versions(at_rest) == {standard().version}

    def test_logs_of_long_ago_are_not_diagnosed_again_by_themselves(self, agents):
        agents.fail(text=ODD % 1)
        agents.diagnose()
        agents.clock.forward(days=2)
        agents.diagnose(own=OWN)
        assert agents.diagnose(own=OWN).counts == {}
        assert agents.found().cause != "plate-crooked"

    def test_a_request_for_those_of_other_rules_leaves_out_what_is_done(self, agents):
        for number in range(2):
            agents.fail(pilot(number), ODD % number)
        agents.diagnose()
        versions = {"": standard_version(), VO: with_own(OWN).rules.version}
        wanted = Selection(vos=(VO,))
        assert agents.diagnoses.again(wanted, {"": standard_version()}) == 0
        assert agents.diagnoses.again(wanted, versions) == 2
        agents.diagnose(own=OWN)
        assert agents.diagnoses.again(wanted, versions) == 0
        assert agents.diagnoses.again(wanted) == 2

    def test_an_empty_selection_is_refused(self, agents):
        with pytest.raises(InvalidInput):
            agents.diagnoses.again(Selection())

    def test_a_purged_log_is_not_diagnosed_again(self, agents):
        agents.fail()
        agents.diagnose()
        agents.archive()
        wanted = Selection(since=agents.later(days=-1))
        assert agents.diagnoses.again(wanted) == 1
        agents.clock.forward(days=1)
        agents.custody.purge([agents.log().id], agents.clock())
        assert agents.diagnose().counts == {}
        assert agents.found().cause == DISK
        assert agents.diagnoses.again(wanted) == 0

    def test_a_failure_that_no_rule_knows_is_a_group_with_its_logs_sites_and_first_appearance(self, agents):
        first = agents.clock()
        for number in range(3):
            agents.fail(pilot(number), ODD % number)
            agents.clock.forward(minutes=1)
        agents.fail(pilot(3), OTHER)
        agents.fail(pilot(4))
        agents.diagnose()
        group, other = agents.diagnoses.unknown(ALL, Selection(since=first))
        assert (group.template, group.logs, other.logs) == ("frobnicator: plate <*> is not aligned", 3, 1)
        assert (group.vo, group.first_seen) == (VO, first)
        assert group.last_seen > group.first_seen
        assert (group.example_stamp, group.example_line) == (pilot(2).stamp, 2)
        assert group.fingerprint != other.fingerprint

    def test_the_line_of_a_group_s_example_is_counted_from_the_start_of_what_the_caller_is_shown(self, agents):
        agents.importer.append(PILOT, 0, "one\ntwo\nthree\n", {}, "2026-11-01T13:00:00")
        agents.fail(PILOT, ODD % 1)
        self.at_site(agents, 1, HERE)
        agents.diagnose()
        for scope, line in ((ALL, 5), (Scope(vos=frozenset({VO})), 5), (Scope(sites=frozenset({HERE})), 2)):
            (group,) = agents.unknown(scope)
            assert (group.example_stamp, group.example_line) == (PILOT.stamp, line)
            assert group.example == f"{PILOT.stamp}:{line}"

    def test_a_group_s_example_has_no_line_when_its_text_is_lost(self, agents):
        agents.fail(PILOT, ODD % 1)
        agents.diagnose()
        agents.diagnoses.transactions.run(lambda connection: connection.execute(update(logs).values(State="Purged")))
        (group,) = agents.unknown()
        assert (group.example_line, group.example) == (0, PILOT.stamp)

    def at_site(self, agents, part, site):
        place = update(logs).where(logs.c.Part == part).values(Site=site)
        agents.diagnoses.transactions.run(lambda connection: connection.execute(place))

    def test_a_group_is_known_again_when_its_failure_comes_back_and_its_words_vary(self, agents):
        agents.fail(pilot(0), ODD % 1)
        agents.diagnose()
        agents.clock.forward(days=3)
        agents.fail(pilot(1), (ODD % 2).replace(b"aligned", b"oiled"))
        agents.diagnose()
        (group,) = agents.diagnoses.unknown(ALL, Selection(since=agents.later(days=-9)))
        assert (group.logs, group.template) == (2, "frobnicator: plate <*> is not <*>")
        (recent,) = agents.diagnoses.unknown(ALL, Selection(since=agents.later(days=-1)), group.fingerprint)
        assert (recent.logs, recent.first_seen) == (1, group.first_seen)

    def test_a_log_that_is_diagnosed_again_is_counted_once(self, agents):
        agents.fail(text=ODD % 1)
        agents.diagnose()
        agents.diagnoses.again(Selection(vos=(VO,)))
        agents.diagnose()
        (group,) = agents.unknown()
        assert group.logs == 1

    def test_groups_are_those_of_the_logs_that_one_may_read(self, agents):
        agents.fail(text=ODD % 1)
        agents.diagnose()
        assert agents.unknown(Scope()) == []

    def test_a_vo_has_a_bounded_number_of_groups(self, agents):
        for number, text in enumerate((ODD % 1, OTHER, THIRD)):
            agents.fail(pilot(number), text)
            agents.clock.forward(minutes=1)
            agents.diagnose(unknown_groups=2)
        found = agents.unknown()
        assert [group.template for group in found if "frobnicator" in group.template] == []
        assert len(found) == 2
        agents.fail(pilot(3), FOURTH)
        agents.diagnose(unknown_groups=0)
        assert len(agents.unknown()) == 2

    def test_a_group_goes_with_its_last_log(self, agents):
        for number in range(2):
            agents.fail(pilot(number), ODD % number)
        agents.diagnose()
        for number, left in ((0, 1), (1, 0)):
            log = agents.log(pilot(number))
            agents.deleting.delete([log], Selection(vos=(VO,), stamps=(log.pilot.stamp,)))
            assert len(agents.unknown()) == left
        assert self.stored_groups(agents) == 0

    def stored_groups(self, agents):
        count = select(func.count()).select_from(unknown_failures)
        return agents.diagnoses.transactions.run(lambda connection: connection.execute(count).scalar())

    def test_groups_without_a_time_are_refused(self, agents):
        with pytest.raises(InvalidInput):
            agents.diagnoses.unknown(ALL, Selection(vos=(VO,)))

    def test_time_ends_a_cycle_s_diagnoses(self, agents):
        for number in range(3):
            agents.fail(pilot(number))
        assert agents.diagnose(diagnose_seconds=0).counts == {}
        assert agents.diagnose().counts == {"diagnosed": 3}

    def test_a_walk_goes_on_behind_what_it_looked_at(self, agents):
        for number in range(5):
            agents.fail(pilot(number))
            agents.clock.forward(seconds=1)
        agents.diagnose()
        seen, after = 0, None
        while True:
            ids, after = agents.diagnoses.due(State.COMPLETE, after, 2, 10)
            seen += 1
            assert ids == []
            if after is None:
                break
        assert seen == 3

    # readers

    @pytest.fixture
    def sites(self, agents):
        """Two pilots of a site that failed, one at another site that did well."""
        for number in range(2):
            agents.fail(pilot(number))
        agents.finish(pilot(2))
        places = {agents.log(pilot(number)).id: PilotInfo(f"ref{number}", HERE, "ce1") for number in range(2)}
        agents.custody.describe(places | {agents.log(pilot(2)).id: PilotInfo("ref2", THERE, "ce2")})
        agents.diagnose()
        return agents

    def test_logs_are_listed_by_their_cause_within_the_scope(self, sites):
        def listed(scope, *causes):
            _, logs = sites.reader.select(scope, Selection(causes=causes), "LogID", False, 0, 9)
            return [log.pilot for log in logs]

        assert listed(ALL, DISK) == [pilot(0), pilot(1)]
        assert listed(ALL, "dns-failed") == []
        assert listed(Scope(sites=frozenset({THERE})), DISK) == []

    def figures(self, sites, *by, scope=ALL, **wanted):
        wanted = {"since": sites.later(days=-1)} | wanted
        return sites.diagnoses.summary(scope, Selection(**wanted), by)

    def test_figures_are_by_cause_with_its_name_the_largest_first(self, sites):
        found = self.figures(sites, "Cause")
        first, second = found.groups
        assert (first["Cause"], first["Logs"], first["Failed"]) == (DISK, 2, 2)
        assert first["CauseName"] == sites.found(pilot(0)).name
        assert (second["Cause"], second["Logs"], second["Failed"]) == ("", 1, 0)
        assert (found.logs, found.more) == (3, False)

    def test_figures_are_by_several_properties(self, sites):
        found = self.figures(sites, "Site", "CE", "VO", "Party").groups
        place = {"Site": HERE, "CE": "ce1", "VO": VO, "Party": "site"}
        assert found[0] == place | {"Logs": 2, "Failed": 2, "Running": 0}

    def test_a_site_administrator_s_figures_are_of_their_sites(self, sites):
        found = self.figures(sites, "Site", scope=Scope(sites=frozenset({THERE})))
        assert found.groups == [{"Site": THERE, "Logs": 1, "Failed": 0, "Running": 0}]
        assert self.figures(sites, "Site", scope=Scope()).groups == []

    def test_figures_are_of_a_time(self, sites):
        assert self.figures(sites, "Site", until=sites.later(hours=-1)).groups == []
        with pytest.raises(InvalidInput):
            self.figures(sites, "Site", since=None)

    def test_figures_leave_out_deleted_logs(self, sites):
        log = sites.log(pilot(0))
        sites.deleting.delete([log], Selection(vos=(VO,), stamps=(log.pilot.stamp,)))
        assert [group["Logs"] for group in self.figures(sites, "Cause").groups] == [1, 1]
