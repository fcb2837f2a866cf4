"""The contract of diagnoses of running pilots with the store, and with the diagnoses of ended logs. ``tests`` runs it
on sqlite, ``integration_tests`` on MariaDB.
"""

import itertools
import json
import threading
from dataclasses import replace

import pytest
import zstandard
from sqlalchemy import select, update

from PilotLoggingDIRAC.pilotlog.archive.running.diagnoser import RunningDiagnoser
from PilotLoggingDIRAC.pilotlog.archive.running.settings import DiagnoseRunningSettings
from PilotLoggingDIRAC.pilotlog.diagnose import standard, with_own
from PilotLoggingDIRAC.pilotlog.diagnose.settings import DiagnosisSettings
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotInfo, Selection, State
from PilotLoggingDIRAC.pilotlog.sql.diagnose.running import SqlReceivedLogs
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, diagnoses

from .conftest import PILOT
from .custody_contract import VO, pilot
from .diagnoses_contract import ALL, DISK, FULL, ODD, OWN, Agents, Killed
from .forward_contract import UNKNOWN_DICTIONARY
from .waiting import PATIENCE_SECONDS

GOES_ON = (
    b"2026-11-21T08:20:01.000000Z INFO [ConfigureBasics] Command ConfigureBasics instantiated from pilotCommands\n"
)
LINE = b"2026-11-21T08:20:02.000000Z DEBUG [ConfigureBasics] nothing of interest\n"


class Watched:
    """The received logs of a store; it counts what is read. The text of the log ``spoiled`` can't be read; whoever
    reads that of ``deadly`` is killed.
    """

    def __init__(self, store):
        self.stored, self.bytes, self.begun = store, 0, 0
        self.spoiled, self.deadly, self.before_store = 0, 0, lambda: None

    def __getattr__(self, name):
        return getattr(self.stored, name)

    def begin(self, logs, alone):
        self.begun += len(logs)
        return self.stored.begin(logs, alone)

    def following(self, read, most_bytes):
        if self.deadly in read:
            raise Killed
        chunks = self.stored.following(read, most_bytes)
        self.bytes += sum(len(chunk.text or b"") for chunk in chunks)
        return [replace(chunk, text="no bytes") if chunk.log_id == self.spoiled else chunk for chunk in chunks]

    def store(self, seen):
        if seen:
            self.before_store()
        return self.stored.store(seen)


class ReadTexts:
    """The texts of a store; it counts what is read."""

    def __init__(self, reader):
        self._reader, self.bytes = reader, 0

    def chunks(self, log, sequence=0):
        for number, text in self._reader.chunks(log, sequence):
            self.bytes += len(text)
            yield number, text


class Running(Agents):
    """A store whose logs are diagnosed while they are received."""

    def __init__(self, transactions, clock):
        super().__init__(transactions, clock)
        self.received = Watched(SqlReceivedLogs(transactions, clock))
        self.problems, self.rests = [], []
        self.begin()

    def begin(self, **bounds):
        """An agent begins."""
        settings = DiagnoseRunningSettings(**bounds)
        self.diagnoser = RunningDiagnoser(
            *(self.received, settings, DiagnosisSettings(), self.clock, self.problems.append, lambda: self.seconds),
            rest=self.rests.append,
        )

    seconds = 0.0

    def look(self, own=None, seconds=5, pages=1000):
        """A look at what is new, some seconds after the last one: the number of diagnoses that were stored.

        After so many pages its time is over.
        """
        self.clock.forward(seconds=seconds)
        self.seconds += seconds
        rules, looked_at = with_own(own or {}).rules, itertools.count()
        return self.diagnoser.run(lambda vo: rules, lambda: next(looked_at) >= pages)

    def recent(self, own=None, **bounds):
        """As an agent that diagnoses running pilots too: counts, and the bytes that were read."""
        texts, bounds = ReadTexts(self.reader), DiagnosisSettings(**bounds)
        diagnoser = replace(self.diagnoser_of(texts=texts, own=own), begun=self.diagnoser.take, bounds=bounds)
        return diagnoser.run_recent(lambda: False).counts, texts.bytes

    def say(self, status, who=PILOT):
        """DIRAC's word on a pilot gets into its log."""
        self.custody.describe({self.log(who).id: PilotInfo("ref", "site", "ce", True, status)})


class RunningContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def agents(self, transactions, clock):
        return Running(transactions, clock)

    def test_the_cause_so_far_and_the_present_phase_of_a_running_pilot_are_stored(self, agents):
        agents.send(FULL)
        assert agents.look() == 1
        found = agents.found()
        assert (found.cause, found.line, found.phase, found.running) == (DISK, 2, "InstallDIRAC", True)
        assert json.loads(agents.diagnoses.details(agents.log()))["end"]["how"] == "running"

    def test_a_pilot_that_goes_on_has_no_cause_any_more(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(GOES_ON)
        agents.look()
        assert (agents.found().cause, agents.found().phase) == ("", "ConfigureBasics")

    def test_only_new_text_is_read(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(LINE)
        agents.look()
        agents.look()
        assert agents.received.bytes == len(FULL + LINE)
        assert agents.received.begun == 1

    def test_text_that_tells_nothing_new_stores_no_diagnosis_and_is_not_looked_at_again(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(LINE)
        assert agents.look() == 0
        log = agents.log()
        assert agents.received.grown(None, None, 10) == []
        assert agents.found().cause == DISK
        assert agents.diagnoses.transactions.run(stored_sequence, log.id) == log.next_sequence

    def test_a_line_that_comes_in_two_messages_is_read_as_one(self, agents):
        agents.send(FULL[:100])
        agents.look()
        agents.send(FULL[100:])
        agents.look()
        assert (agents.found().cause, agents.found().line) == (DISK, 2)

    def test_a_log_of_many_bytes_is_read_over_several_steps_and_once(self, agents):
        agents.begin(diagnose_running_bytes=300)
        lines = [LINE.replace(b"nothing", b"%08d" % number) for number in range(20)]
        for line in lines:
            agents.send(line)
        agents.send(FULL)
        agents.send(LINE, pilot(1))
        agents.look()
        assert agents.found().cause == DISK
        assert agents.received.bytes == len(b"".join(lines) + FULL + LINE)

    def test_a_log_that_was_half_read_when_time_was_over_is_read_on_at_the_next_look(self, agents):
        agents.begin(diagnose_running_bytes=300)
        agents.look()
        for number in range(20):
            agents.send(LINE.replace(b"nothing", b"%08d" % number))
        agents.send(FULL)
        agents.look(seconds=90, pages=1)
        assert agents.found().cause == ""
        agents.look(seconds=90)
        assert agents.found().cause == DISK

    def test_logs_with_new_text_are_looked_at_behind_those_half_read(self, agents):
        agents.begin(diagnose_running_bytes=300)
        for number in range(20):
            agents.send(LINE.replace(b"nothing", b"%08d" % number))
        agents.look(pages=1)
        agents.send(FULL, pilot(1))
        agents.look()
        assert agents.found(pilot(1)).cause == DISK

    def test_the_number_of_logs_that_are_kept_in_memory_is_bounded_and_large_ones_stay(self, agents):
        agents.begin(diagnose_running_kept=2)
        agents.send(LINE * 100)
        agents.look()
        for number in range(1, 5):
            agents.send(LINE, pilot(number))
        agents.look()
        begun = agents.received.begun
        agents.send(GOES_ON)
        agents.send(GOES_ON, pilot(1))
        agents.look()
        assert agents.received.begun == begun + 1

    def test_logs_that_have_ended_leave_the_memory_to_others(self, agents):
        agents.begin(diagnose_running_kept=2, diagnose_running_whole_seconds=100)
        agents.send(LINE)
        agents.send(LINE * 100, pilot(1))
        agents.look()
        agents.send(b"", pilot(1), return_code="0")
        agents.look(seconds=100)
        agents.send(LINE, pilot(2))
        agents.look()
        begun = agents.received.begun
        agents.send(GOES_ON)
        agents.look()
        assert agents.received.begun == begun

    def test_pages_of_logs_are_walked_until_the_last(self, agents):
        agents.begin(diagnose_running_logs=2)
        for number in range(5):
            agents.send(FULL, pilot(number))
        assert agents.look() == 5
        assert len(agents.rests) == 2

    def test_a_log_whose_text_was_late_is_found_by_a_look_at_all(self, agents):
        agents.look()
        agents.look(seconds=90)
        agents.clock.forward(seconds=-80)
        agents.send(FULL)
        agents.clock.forward(seconds=80)
        agents.look(seconds=90)
        assert agents.found() is None
        agents.look(seconds=130)
        assert agents.found().cause == DISK

    def test_another_agent_reads_the_log_from_its_beginning_only_when_there_is_new_text(self, agents):
        agents.send(FULL)
        agents.look()
        agents.begin()
        assert agents.look() == 0
        agents.send(GOES_ON)
        agents.look()
        assert agents.found().phase == "ConfigureBasics"

    def test_a_pilot_that_dirac_says_is_dead_is_diagnosed_as_ended_without_new_text(self, agents):
        agents.send(ODD % 1)
        agents.look()
        assert agents.found().cause == ""
        agents.say("Failed")
        assert agents.look() == 1
        assert agents.found().cause
        assert agents.look() == 0

    def test_a_half_read_pilot_that_has_ended_runs_no_more(self, agents):
        agents.begin(diagnose_running_bytes=300)
        for number in range(6):
            agents.send(LINE.replace(b"nothing", b"%08d" % number))
        agents.look(pages=1)
        agents.say("Failed")
        seen = set()
        for pages in (0, 1, 0, 1):
            agents.look(pages=pages)
            seen.add(json.loads(agents.diagnoses.details(agents.log()))["end"]["how"])
        assert len(seen) == 1 and "running" not in seen

    def test_a_pilot_that_runs_again_after_its_end_has_no_cause_of_its_first_run(self, agents):
        agents.fail()
        agents.diagnose()
        agents.send(GOES_ON)
        agents.look()
        assert (agents.found().cause, agents.found().running) == ("", True)
        end = json.loads(agents.diagnoses.details(agents.log()))["end"]
        assert (end["how"], end["return_code"]) == ("running", None)

    def test_a_pilot_that_ran_again_and_that_dirac_says_is_dead_is_diagnosed_as_ended_without_new_text(self, agents):
        agents.fail()
        agents.send(GOES_ON)
        agents.look()
        agents.say("Failed")
        assert agents.look() == 1
        end = json.loads(agents.diagnoses.details(agents.log()))["end"]
        assert (end["how"], end["return_code"]) == ("failed", 1)
        assert agents.look() == 0

    def test_sealing_puts_the_diagnosis_of_the_whole_log_in_its_place(self, agents):
        agents.send(ODD % 1)
        agents.look()
        agents.custody.seal([agents.log()])
        assert agents.diagnose().counts == {"diagnosed": 1}
        found = agents.found()
        assert (found.running, found.rules) == (False, standard().version)
        assert [group.logs for group in agents.unknown()] == [1]
        assert agents.diagnose().counts == {}

    def test_a_pilot_that_reports_its_end_has_its_last_diagnosis_within_one_look_at_recent_ones(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(b"", return_code="1")
        assert agents.recent()[0] == {"diagnosed": 1}
        assert (agents.found().cause, agents.found().running) == (DISK, False)

    def test_the_last_diagnosis_reads_only_what_came_since(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(LINE)
        agents.send(b"", return_code="1")
        assert agents.recent() == ({"diagnosed": 1}, len(LINE))
        assert (agents.found().cause, agents.found().line, agents.found().running) == (DISK, 2, False)

    def test_text_of_a_log_that_was_read_to_its_end_is_not_read_again(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(b"", return_code="1")
        assert agents.recent() == ({"diagnosed": 1}, 0)
        assert agents.found().cause == DISK

    def test_what_was_read_with_other_bounds_is_read_again(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(b"", return_code="1")
        assert agents.recent(silence_seconds=7.0) == ({"diagnosed": 1}, len(FULL))

    def test_what_an_outage_kept_from_the_store_is_stored_at_the_next_look(self, agents):
        agents.send(FULL)
        outcomes = iter([StoreUnavailable("away"), None])

        def before_store():
            if outcome := next(outcomes):
                raise outcome

        agents.received.before_store = before_store
        with pytest.raises(StoreUnavailable):
            agents.look()
        assert (agents.look(), agents.found().cause) == (1, DISK)

    def test_what_a_lease_kept_from_the_store_is_stored_after_it(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(b"", return_code="1")
        agents.diagnoses.claim("killed", [agents.log().id], agents.later(minutes=5))
        agents.send(GOES_ON)
        assert (agents.look(), agents.found().cause) == (0, DISK)
        assert (agents.look(seconds=360), agents.found().cause) == (1, "")

    def test_what_came_to_the_store_after_the_pilot_s_end_is_stored_when_it_runs_again(self, agents):
        agents.send(FULL)
        agents.received.before_store = lambda: agents.send(b"", return_code="1")
        assert (agents.look(), agents.found()) == (0, None)
        agents.received.before_store = lambda: None
        agents.send(LINE)
        assert (agents.look(), agents.found().cause) == (1, DISK)

    def test_who_takes_what_was_read_waits_until_it_has_been_stored(self, agents):
        agents.send(FULL)
        log, taken, seen = agents.log(), [], []
        thread = threading.Thread(target=lambda: taken.append(agents.diagnoser.take(log, standard())))
        agents.received.before_store = lambda: (thread.start(), thread.join(0.2), seen.extend(taken))
        agents.look()
        thread.join(PATIENCE_SECONDS)
        assert (seen, [reading.sequence for reading in taken]) == ([], [1])

    def test_who_takes_what_was_not_read_does_not_wait(self, agents):
        agents.send(FULL)
        log, taken, seen = replace(agents.log(), id=0), [], []
        thread = threading.Thread(target=lambda: taken.append(agents.diagnoser.take(log, standard())))
        agents.received.before_store = lambda: (thread.start(), thread.join(PATIENCE_SECONDS), seen.extend(taken))
        agents.look()
        assert seen == [None]

    def test_a_failure_that_nothing_explains_is_read_from_its_beginning(self, agents):
        agents.send(ODD % 1 + b"\n" * 2000)
        agents.look()
        agents.send(b"", return_code="1")
        assert agents.recent()[1] > 2000
        [group] = agents.unknown()
        assert "plate" in group.template

    def test_the_last_diagnosis_is_by_the_rules_that_hold_then(self, agents):
        agents.send(ODD % 1)
        agents.look()
        agents.send(b"", return_code="1")
        agents.recent(OWN)
        assert agents.found().cause == "plate-crooked"

    def test_a_pilot_that_ended_at_the_moment_of_its_last_text_has_its_last_diagnosis(self, agents):
        agents.send(FULL)
        agents.look()
        agents.clock.forward(seconds=-5)
        agents.send(b"", return_code="1")
        agents.clock.forward(seconds=5)
        assert agents.recent()[0] == {"diagnosed": 1}
        assert agents.found().running is False

    def test_what_is_seen_late_is_not_put_over_the_diagnosis_of_an_ended_log(self, agents):
        agents.send(FULL)
        agents.look()
        agents.send(GOES_ON)
        agents.received.before_store = lambda: (agents.send(b"", return_code="1"), agents.diagnose())
        agents.look()
        assert agents.found().running is False

    def test_a_deleted_log_gets_no_diagnosis(self, agents):
        agents.send(FULL)
        agents.look()
        log = agents.log()
        agents.deleting.delete([log], Selection(vos=(VO,), stamps=(log.pilot.stamp,)))
        agents.look()
        assert agents.diagnoses.of([log.id]) == {}

    def test_a_log_that_ended_agents_is_left_until_it_is_asked_for(self, agents):
        agents.send(FULL)
        for _ in range(3):
            agents.received.begin([agents.log()], True)
        agents.look()
        assert agents.found() is None
        agents.custody.seal([agents.log()])
        assert agents.recent()[0] == {}
        assert agents.diagnoses.again(Selection(vos=(VO,))) == 1
        assert agents.recent()[0] == {"diagnosed": 1}
        assert agents.found().cause == DISK

    def test_a_log_that_ends_agents_costs_no_other_its_diagnosis(self, agents):
        for number in range(4):
            agents.send(FULL, pilot(number))
        agents.received.deadly = agents.log(pilot(1)).id
        for _ in range(3):
            with pytest.raises(Killed):
                agents.look()
            agents.begin()
        agents.look()
        assert [agents.found(pilot(number)) is None for number in range(4)] == [False, True, False, False]
        assert agents.found(pilot(3)).cause == DISK
        agents.begin()
        assert agents.look() == 0

    def test_logs_that_ended_agents_keep_no_other_from_being_diagnosed_on_request(self, agents):
        for number in range(3):
            agents.send(FULL, pilot(number))
        given_up, asked_for = [agents.log(pilot(number)) for number in range(2)], agents.log(pilot(2))
        for log in given_up * 3:
            agents.received.begin([log], True)
        agents.look()
        agents.custody.seal([*given_up, asked_for])
        assert agents.diagnoses.marked(2) == [asked_for.id]

    def test_a_text_that_can_not_be_read_costs_no_other(self, agents):
        agents.send(FULL)
        agents.send(FULL, pilot(1))
        agents.received.spoiled = agents.log().id
        agents.look()
        assert agents.found().problem == "not read"
        assert agents.found(pilot(1)).cause == DISK
        assert agents.problems == ["TypeError"]

    @pytest.mark.parametrize("damage", [b"", b"no frame", zstandard.compress(FULL)[:-5], UNKNOWN_DICTIONARY])
    def test_damaged_text_costs_no_other_log_its_diagnosis(self, agents, transactions, damage):
        agents.send(FULL)
        agents.send(FULL, pilot(1))
        log = agents.log()
        row = update(batches).where(batches.c.LogID == log.id).values(Payload=damage)
        transactions.run(lambda connection: connection.execute(row).rowcount)
        assert agents.look() == 2
        assert (agents.found().problem, agents.found(pilot(1)).cause) == ("not read", DISK)
        agents.send(LINE)
        agents.send(GOES_ON, pilot(1))
        agents.look()
        assert (agents.found().problem, agents.found(pilot(1)).cause) == ("not read", "")
        assert agents.problems == ["damaged text"]

    def test_rules_of_the_vo_hold_and_a_change_counts_for_running_pilots(self, agents):
        agents.send(ODD % 1)
        agents.look(own=OWN)
        assert agents.found().cause == "plate-crooked"
        agents.send(LINE)
        agents.look()
        assert (agents.found().cause, agents.found().rules) == ("", standard().version)

    def test_figures_count_running_pilots_apart(self, agents):
        agents.send(FULL)
        agents.look()
        agents.fail(pilot(1))
        agents.diagnose()
        (group,) = agents.diagnoses.summary(ALL, Selection(since=agents.later(days=-1)), ["Cause"]).groups
        assert (group["Logs"], group["Failed"], group["Running"]) == (1, 1, 1)

    def test_a_log_that_is_received_again_tells_no_older_diagnosis(self, agents):
        agents.fail()
        agents.diagnose()
        agents.send(GOES_ON)
        if agents.log().state is State.RECEIVING:
            agents.look()
            assert agents.found().running


def stored_sequence(connection, log_id):
    """Return how far the diagnosis of a log has read."""
    return connection.execute(select(diagnoses.c.NextSequence).where(diagnoses.c.LogID == log_id)).scalar()
