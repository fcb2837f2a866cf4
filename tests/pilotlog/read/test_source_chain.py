"""The chain of sources: the order, what makes way for the next, and that one that hangs costs its time and no more."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, LogNotFound, PilotLogError, SourcesExhausted
from PilotLoggingDIRAC.pilotlog.model import Output, PilotId
from PilotLoggingDIRAC.pilotlog.read import source_chain
from PilotLoggingDIRAC.pilotlog.settings import SourceSettings
from tests.waiting import PATIENCE_SECONDS, until

PILOT = PilotId("vo.alpha.org", "a" * 32)
REFERENCE = "htcondorce://ce.example/1.0"


class Has:
    """A source that has some text."""

    def __init__(self, name, stdout, **more):
        self.name, self.found, self.asked = name, Output(stdout, **more), []

    def output(self, pilot, reference):
        """The text."""
        self.asked.append((pilot, reference))
        return self.found


class Fails:
    """A source that raises."""

    def __init__(self, name, error):
        self.name, self.error = name, error

    def output(self, pilot, reference):
        """Never returns."""
        raise self.error


class Hangs:
    """A source that answers when it is let go."""

    def __init__(self, name):
        self.name, self.go, self.asked = name, threading.Event(), 0

    def output(self, pilot, reference):
        """An answer, very late."""
        self.asked += 1
        self.go.wait(PATIENCE_SECONDS)
        return Output("late")


@pytest.fixture
def hanging():
    source = Hangs("CE")
    yield source
    source.go.set()


def chain(*members, source_seconds=PATIENCE_SECONDS, chain_seconds=PATIENCE_SECONDS, **more):
    return source_chain.SourceChain(members, SourceSettings(source_seconds, chain_seconds), **more)


def ask(asked, *names):
    return asked.output(PILOT, REFERENCE, names)


def test_default_order_begins_with_the_computing_element():
    assert source_chain.order((), remote_first=False) == ("ComputingElement", "Collector", "Archive")


def test_remote_logs_first_puts_the_computing_element_last():
    assert source_chain.order((), remote_first=True) == ("Collector", "Archive", "ComputingElement")


def test_configured_order_beats_remote_logs_first():
    assert source_chain.order(("Archive", "Archive", "Collector"), remote_first=True) == ("Archive", "Collector")


def test_first_source_with_text_answers_and_is_named():
    first, second = Has("A", "text of A", final=True, complete=True), Has("B", "text of B")
    found = ask(chain(second, first), "A", "B")
    assert (found.stdout, found.source, found.final, found.complete) == ("text of A", "A", True, True)
    assert first.asked == [(PILOT, REFERENCE)] and not second.asked


def test_source_that_is_not_named_is_not_asked():
    extra = Has("A", "text")
    with pytest.raises(SourcesExhausted):
        ask(chain(extra, Has("B", "")), "B")
    assert not extra.asked


@pytest.mark.parametrize("blank", ["", " ", "\n\t \r\n"])
def test_white_space_is_no_answer(blank):
    assert ask(chain(Has("A", blank), Has("B", "text")), "A", "B").source == "B"


def test_text_on_standard_error_alone_is_an_answer():
    assert ask(chain(Has("A", "", stderr="Traceback")), "A").stderr == "Traceback"


def test_failing_source_makes_way():
    assert ask(chain(Fails("A", ArchiveError("SE away")), Has("B", "text")), "A", "B").source == "B"


def test_unexpected_error_makes_way_and_is_reported_but_not_shown():
    told = []
    broken = chain(Fails("A", KeyError("secret")), on_error=lambda name, error: told.append((name, error)))
    with pytest.raises(SourcesExhausted) as caught:
        ask(broken, "A")
    assert "secret" not in str(caught.value) and "A: internal error" in str(caught.value)
    assert told[0][0] == "A" and isinstance(told[0][1], KeyError)


def test_all_failed_names_each_source_and_why(hanging):
    members = (Fails("Archive", ArchiveError("SE away")), Has("Collector", "\n"), hanging)
    with pytest.raises(SourcesExhausted) as caught:
        ask(chain(*members, source_seconds=0.1), "CE", "Collector", "Archive", "Nonsense")
    message = str(caught.value)
    assert "CE: no answer within" in message
    assert "Collector: has only empty text" in message
    assert "Archive: SE away" in message
    assert "Nonsense: unknown source, there are Archive, Collector, CE" in message


def test_unknown_name_does_not_keep_the_others_from_answering():
    assert ask(chain(Has("A", "text")), "Typo", "A").source == "A"


def test_no_sources_configured_at_all_is_an_error():
    with pytest.raises(SourcesExhausted):
        ask(chain(Has("A", "text")))


def test_reasons_carry_no_markup_and_are_short():
    with pytest.raises(SourcesExhausted) as caught:
        ask(chain(Fails("A", LogNotFound("<img onerror=x>&\x1b[31m\n" + "x" * 5000))), "A")
    message = str(caught.value)
    assert not set(message) & set("<>&\x1b\n") and len(message) < 400


def test_slow_source_makes_way_after_its_limit(hanging):
    began = time.monotonic()
    assert ask(chain(hanging, Has("B", "text"), source_seconds=1), "CE", "B").source == "B"
    assert 1 <= time.monotonic() - began < PATIENCE_SECONDS / 2


def test_chain_ends_in_time_although_each_source_would_be_allowed(hanging):
    other = Hangs("B")
    began = time.monotonic()
    with pytest.raises(SourcesExhausted) as caught:
        ask(chain(hanging, other, Has("C", "text"), chain_seconds=0.3), "CE", "B", "C")
    other.go.set()
    assert time.monotonic() - began < PATIENCE_SECONDS / 2
    assert "B: not asked, the time was up" in str(caught.value) and not other.asked


def test_hanging_source_gets_no_more_threads_than_allowed(hanging):
    asked = chain(hanging, Has("B", "text"), source_seconds=1, max_in_flight=2, turn_seconds=0.05)
    before = threading.active_count()
    assert [ask(asked, "CE", "B").source for _ in range(6)] == ["B"] * 6
    assert hanging.asked == 2 and threading.active_count() <= before + 2
    with pytest.raises(SourcesExhausted, match="too many questions"):
        ask(asked, "CE")


def test_source_that_comes_back_is_asked_again(hanging):
    asked = chain(hanging, source_seconds=0.1, max_in_flight=1)
    with pytest.raises(SourcesExhausted):
        ask(asked, "CE")
    hanging.go.set()

    def answers():
        with suppress(SourcesExhausted):
            return ask(asked, "CE").stdout == "late"

    until(answers)


def test_errors_of_a_source_do_not_use_up_its_turns():
    asked = chain(Fails("A", LogNotFound("no")), max_in_flight=1)
    for _ in range(5):
        with pytest.raises(SourcesExhausted, match="A: no"):
            ask(asked, "A")


def test_callers_do_not_wait_for_each_other():
    together = threading.Barrier(6)

    class Joint(Has):
        def output(self, pilot, reference):
            together.wait(PATIENCE_SECONDS)
            return super().output(pilot, reference)

    asked = chain(Joint("A", "text"))
    with ThreadPoolExecutor(6) as threads:
        answers = [threads.submit(ask, asked, "A") for _ in range(6)]
    assert [answer.result().stdout for answer in answers] == ["text"] * 6


def test_every_error_of_a_source_is_a_named_one():
    assert all(issubclass(error, PilotLogError) for error in (source_chain.NotASource, source_chain.NothingThere))


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_whole_text_joins_chunks_that_end_within_a_character(size):
    text = "zażółć\n".encode() * 3
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    assert source_chain.whole_text(chunks, 1000) == text.decode()


def test_text_over_the_limit_is_cut_at_its_beginning_and_says_so():
    cut = source_chain.whole_text([b"0123456789"] * 10, 25)
    note, _, rest = cut.partition("\n")
    assert rest == "56789" + "0123456789" * 2 and "first 75 bytes" in note


def test_text_at_the_limit_is_whole():
    assert source_chain.whole_text([b"01234", b"56789"], 10) == "0123456789"


def test_one_chunk_over_the_limit_is_cut():
    assert source_chain.whole_text([b"0123456789"], 4).endswith("]\n6789")


def test_bytes_that_are_not_utf8_are_escaped():
    assert source_chain.whole_text([b"a\xffb"], 10) == "a\\xffb"


def test_whole_text_of_nothing_is_empty():
    assert source_chain.whole_text([], 10) == ""


class Both(Has):
    """A source that has both streams, as the computing element."""

    supplements = True


STEPS = [f"2026-11-21T08:10:1{number}.123456Z INFO [Pilot] step {number}" for number in range(10)]


def steps(first, last):
    return "".join(f"{step}\n" for step in STEPS[first:last])


def test_standard_error_is_the_ce_s_beside_our_log_and_both_are_named():
    ours, ce = Has("Collector", steps(0, 9), complete=True), Both("ComputingElement", "shorter", stderr="Traceback")
    found = ask(chain(ours, ce, Has("Archive", "never")), "Collector", "Archive", "ComputingElement")
    assert (found.stdout, found.stderr, found.complete) == (steps(0, 9), "Traceback", True)
    assert found.source == "Collector,ComputingElement(StdErr)"


def test_empty_output_beside_an_error_does_not_hide_our_log():
    ce = Both("CE", "\n", stderr="err", final=True, complete=True)
    found = ask(chain(ce, Has("Collector", "log\n")), "CE", "Collector")
    assert (found.stdout, found.stderr, found.source) == ("log\n", "err", "Collector,CE(StdErr)")


def test_end_of_a_log_without_one_is_the_ce_s():
    ours, ce = Has("Collector", steps(0, 5)), Both("CE", steps(0, 8) + "Traceback: boom\n", stderr="err")
    found = ask(chain(ours, ce), "Collector", "CE")
    assert found.stdout.startswith(steps(0, 5)) and found.stdout.endswith("]\n" + steps(5, 8) + "Traceback: boom\n")
    assert found.stdout.count("step 4") == 1 and "as the computing element has it" in found.stdout
    assert (found.source, found.complete) == ("Collector,CE(end,StdErr)", False)


def test_end_is_found_behind_output_that_both_have():
    ours, ce = Has("Collector", steps(0, 5) + "50%"), Both("CE", steps(0, 5) + "50%\n100%\n")
    assert ask(chain(ours, ce), "Collector", "CE").stdout.endswith("]\n100%\n")


def test_end_is_found_behind_output_that_both_have_before_a_note_of_ours():
    ours, ce = Has("Collector", steps(0, 5) + "50%\n[a note]\n"), Both("CE", steps(0, 5) + "50%\n100%\n")
    assert ask(chain(ours, ce), "Collector", "CE").stdout.endswith("]\n100%\n")


@pytest.mark.parametrize("theirs", [steps(0, 3), steps(0, 5)])
def test_ce_that_has_no_more_adds_nothing(theirs):
    found = ask(chain(Has("Collector", steps(0, 5)), Both("CE", theirs)), "Collector", "CE")
    assert (found.stdout, found.source) == (steps(0, 5), "Collector")


def test_ce_is_not_asked_for_a_log_that_lacks_nothing():
    ce = Both("CE", "text")
    ask(chain(Has("Collector", "log", stderr="err", complete=True), ce), "Collector", "CE")
    assert not ce.asked


def test_words_that_stand_for_an_output_are_an_answer_only_where_nobody_has_another():
    words = Both("CE", "No output available yet", final=False, doubtful=True)
    assert ask(chain(words, Has("Collector", "log")), "CE", "Collector").stdout == "log"
    assert ask(chain(words, Has("Collector", "log")), "Collector", "CE").stdout == "log"
    assert ask(chain(words, Fails("Collector", LogNotFound("none"))), "CE", "Collector").stdout.startswith("No output")


def test_ce_that_hangs_costs_an_answer_little_time_and_is_left_alone_for_a_while(hanging):
    hanging.supplements = True
    settings = SourceSettings(PATIENCE_SECONDS, PATIENCE_SECONDS, 0.05)
    asked = source_chain.SourceChain([Has("Collector", "log"), hanging], settings)
    began = time.monotonic()
    assert ask(asked, "Collector", "CE").stdout == ask(asked, "Collector", "CE").stdout == "log"
    assert (hanging.asked, time.monotonic() - began < PATIENCE_SECONDS) == (1, True)


def test_source_that_was_too_busy_to_be_asked_is_asked_the_next_time(hanging):
    hanging.supplements = True
    asked = chain(Has("Collector", "log"), hanging, max_in_flight=1, turn_seconds=0.01)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(asked.output, PILOT, "another pilot", ("Collector", "CE"))
        until(lambda: hanging.asked)
        assert ask(asked, "Collector", "CE").source == "Collector"
        hanging.go.set()
        first.result()
    until(lambda: ask(asked, "Collector", "CE") and hanging.asked == 2)
