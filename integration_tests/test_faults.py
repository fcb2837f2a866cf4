"""A short fault campaign with fixed seeds, and that its oracle sees what it should see."""

import random
from dataclasses import dataclass

import pytest

from .faults import balanced, causes, plan, programs, texts
from .faults.campaign import campaign, totals
from .faults.oracle import judge, judge_log
from .faults.senders import ACKNOWLEDGED, REFUSED, UNANSWERED, Attempt, Ledger

SEEDS = (49, 915)


def test_a_short_campaign_finds_nothing(tmp_path):
    results = campaign(list(SEEDS), 1, tmp_path)
    print(totals(results))
    assert [result.findings for result in results] == [[]] * len(SEEDS)
    assert min(result.counts["acknowledged"] for result in results) > 0


def test_a_plan_follows_from_its_seed_alone():
    assert plan.make(7) == plan.make(7)
    assert plan.make(7) != plan.make(8)


@pytest.fixture
def chunks():
    author = texts.Author("r1s0", random.Random(1), bare=0.0)
    return [author.chunk().encode() for _ in range(6)]


def ledger(attempts, careful=False, name="r1s0", source="127.0.0.1"):
    made, start = [], 0
    for text, outcome in attempts:
        made.append(Attempt(text, outcome, 0.0, 0.0, start=start))
        start += 0 if outcome == UNANSWERED or (careful and outcome == REFUSED) else len(text)
    return Ledger(name, "vo", "stamp", 0, careful, source, attempts=made)


def acknowledged(chunks):
    return ledger([(chunk, ACKNOWLEDGED) for chunk in chunks])


def gap(size):
    clock = b"2026-01-01T00:00:00.000000Z"
    return b"\n%s WARN [PilotLogging] 1 messages with %d bytes are missing here: full\n" % (clock, size)


def findings(sent, stored, marks_may_be_missing=False):
    return judge(sent, stored, marks_may_be_missing).findings


def test_the_oracle_is_content_with_what_was_sent(chunks):
    assert findings(acknowledged(chunks), b"".join(chunks)) == ()


def test_the_oracle_misses_a_batch(chunks):
    verdict = judge(acknowledged(chunks), b"".join(chunks[:2] + chunks[3:]), False)
    assert verdict.lost > 0
    assert verdict.findings


def test_the_oracle_sees_a_batch_that_is_there_twice(chunks):
    verdict = judge(acknowledged(chunks), b"".join([*chunks[:3], chunks[2], *chunks[3:]]), False)
    assert verdict.doubled > 0
    assert verdict.findings


def test_the_oracle_sees_batches_in_the_wrong_order(chunks):
    assert findings(acknowledged(chunks), b"".join([*chunks[:2], chunks[3], chunks[2], *chunks[4:]]))


def test_the_oracle_sees_another_logs_line_and_a_byte_too_many(chunks):
    assert findings(acknowledged(chunks), b"".join(chunks) + b"r1s3.4. not mine\n")
    assert findings(acknowledged(chunks), b"".join(chunks) + b"\n")


def test_the_oracle_takes_an_unanswered_batch_once_or_not_at_all(chunks):
    first, second, third = chunks[:3]
    given_up = ledger([(first, ACKNOWLEDGED), (second, UNANSWERED)])
    assert findings(given_up, first) == findings(given_up, first + second) == ()
    assert findings(given_up, first + second + second)
    repeated = ledger([(first, UNANSWERED), (first + second, UNANSWERED), (first + second + third, ACKNOWLEDGED)])
    assert findings(repeated, first + second + third) == ()
    assert findings(repeated, first + first + second + third)


def test_the_oracle_lets_only_short_bare_output_be_doubled():
    line, more = b"r1s0.1. bare\n", b"r1s0.2. bare\n"
    sent = ledger([(line, UNANSWERED), (line + more, ACKNOWLEDGED)])
    verdict = judge(sent, line + line + more, False)
    assert (verdict.findings, verdict.bare_doubled) == ((), 1)


def test_the_oracle_asks_for_a_mark_where_a_stock_senders_text_was_refused(chunks):
    first, second, third = chunks[:3]
    sent = ledger([(first, ACKNOWLEDGED), (second, REFUSED), (third, ACKNOWLEDGED)])
    mark = gap(len(second))
    assert findings(sent, first + third)
    assert findings(sent, first + mark + third) == ()
    assert findings(sent, first + third, marks_may_be_missing=True) == ()


BLOCK = programs.BLOCK.encode()


def left_out(size, words="are left out"):
    return b"\n2026-01-01T00:00:00.000000Z WARN [PilotLogging] %d bytes %s here: why\n" % (size, words.encode())


def test_the_oracle_counts_blocks_that_a_program_repeats():
    sent = acknowledged(15 * [BLOCK])
    assert findings(sent, 15 * BLOCK) == ()
    for stored in (14 * BLOCK, 16 * BLOCK, 15 * BLOCK + b"\n", BLOCK[:-1] + 14 * BLOCK):
        assert findings(sent, stored)
    assert judge(sent, 12 * BLOCK, False).lost_bytes == 3 * len(BLOCK)


def test_the_oracle_sees_equal_lines_dropped_from_the_midst_of_a_message():
    sent = acknowledged([b"y\n" * 10_000, b"y\n" * 10_000])
    assert findings(sent, b"y\n" * 20_000) == ()
    assert findings(sent, b"y\n" * 19_999)


def test_the_oracle_counts_what_is_doubled_after_an_answer_was_lost():
    sent = ledger([(BLOCK, UNANSWERED), (BLOCK, ACKNOWLEDGED)])
    once, left, twice = (judge(sent, text, False) for text in (BLOCK, BLOCK + left_out(len(BLOCK)), BLOCK + BLOCK))
    assert once.findings == left.findings == twice.findings == ()
    assert [verdict.accounts[0].doubled for verdict in (once, left, twice)] == [0, 0, len(BLOCK)]
    [again] = left.accounts[0].left_out
    assert (again.earlier, again.later) == tuple(sent.attempts)
    assert findings(sent, b"") and findings(sent, 3 * BLOCK)


def test_the_oracle_takes_the_block_that_is_there_for_the_one_that_was_acknowledged():
    sent = ledger([(BLOCK, REFUSED), (BLOCK, ACKNOWLEDGED)])
    assert findings(sent, gap(len(BLOCK)) + BLOCK) == findings(sent, BLOCK + gap(len(BLOCK))) == ()
    assert judge(sent, gap(len(BLOCK)), False).lost_bytes == len(BLOCK)


def test_the_oracle_takes_a_line_of_maybe_for_text_that_is_missing_and_one_of_certainty_for_text_that_is_lost():
    sent = acknowledged([BLOCK, BLOCK])
    maybe = judge(sent, BLOCK + left_out(len(BLOCK), "may be missing"), False)
    assert (maybe.findings, maybe.missing_bytes, maybe.accounts[0].told) == ((), len(BLOCK), len(BLOCK))
    assert judge(sent, BLOCK + left_out(len(BLOCK)), False).lost_bytes == len(BLOCK)
    assert findings(sent, BLOCK + left_out(len(BLOCK) - 1, "may be missing"))


def test_the_oracle_asks_for_the_very_number_of_bytes_that_were_refused(chunks):
    first, second = chunks[:2]
    sent = ledger([(first, ACKNOWLEDGED), (second, REFUSED)])
    assert findings(sent, first + gap(len(second))) == ()
    assert findings(sent, first + gap(len(second) - 1)) and findings(sent, first + gap(len(second) + 1))


def test_the_oracle_sees_a_pilot_s_own_line_doubled_after_an_answer_was_lost(chunks):
    first, second = chunks[:2]
    sent = ledger([(first, UNANSWERED), (first + second, ACKNOWLEDGED)])
    assert findings(sent, first + second) == ()
    assert findings(sent, first + first + second)
    assert findings(sent, first + left_out(len(first)) + second)


def test_the_oracle_takes_a_line_for_each_refusal_of_a_message_that_comes_in_the_end(chunks):
    first = chunks[0]
    sent = ledger([(first, REFUSED), (first, REFUSED), (first, ACKNOWLEDGED)], careful=True)
    assert findings(sent, gap(len(first)) + gap(len(first)) + first) == ()
    assert findings(sent, gap(len(first)) * 3 + first)


def test_the_oracle_takes_two_nodes_under_one_stamp_in_any_order_each_in_its_own():
    mine = [b"one\n", BLOCK, b"half"]
    other = [b"r1s1.1. two\n", BLOCK, b"r1s1.2. three\n"]
    nodes = [acknowledged(mine), ledger([(text, ACKNOWLEDGED) for text in other], name="r1s1", source="127.0.0.2")]

    def of(*pieces):
        return judge_log(nodes, b"".join(pieces), False).findings

    assert of(*mine, b"\n", *other) == of(other[0], mine[0], BLOCK, other[1], other[2], mine[2]) == ()
    assert of(*mine[:2], other[0], mine[2], b"\n", *other[1:]) == ()
    assert of(mine[0], b"\n", *mine[1:], *other)
    assert of(*mine, other[0], other[2])
    assert of(*mine, other[2], *other[:2])


@dataclass
class Way:
    answered: float = 0.0


def test_a_doubling_is_explained_by_what_became_of_the_first_answer():
    sent = ledger([(BLOCK, UNANSWERED), (BLOCK, ACKNOWLEDGED)])
    accounts = judge(sent, 2 * BLOCK, False).accounts
    assert causes.explain([sent], accounts, lambda _: Way(1.0), None) == ({causes.BEHIND: len(BLOCK)}, [])
    assert causes.explain([sent], accounts, lambda _: Way(), None) == ({causes.AT_WORK: len(BLOCK)}, [])


def test_text_left_out_by_mistake_is_explained_by_a_restart_alone():
    sent = acknowledged([BLOCK, BLOCK])
    accounts = judge(sent, BLOCK + left_out(len(BLOCK), "may be missing"), False).accounts
    assert causes.explain([sent], accounts, None, lambda *_: True) == ({causes.MISTAKEN: len(BLOCK)}, [])
    assert causes.explain([sent], accounts, None, lambda *_: False)[1]


def test_stock_pilots_are_in_every_plan_and_repeat_themselves():
    stock = [sender for seed in range(30) for sender in plan.make(seed).senders if sender.pilot]
    pilots = [sender.pilot for sender in stock]
    outputs = [act.text for pilot in pilots for acts in pilot.commands for act in acts if act.kind == programs.OUTPUT]
    assert len(pilots) >= 30
    assert outputs.count(programs.BLOCK) > len(outputs) / 10
    assert any(sender.log_of for sender in stock)


def by_collector(sent, stored, servers):
    return balanced.judge(sent, stored, servers).findings


def test_by_collector_order_counts_for_each_of_them_alone(chunks):
    servers = ["one", "one", "two", "two", "one", "two"]
    first, second, third, fourth, fifth, sixth = chunks
    sent = acknowledged(chunks)
    assert by_collector(sent, b"".join(chunks), servers) == ()
    assert by_collector(sent, third + fourth + sixth + first + second + fifth, servers) == ()
    assert by_collector(sent, third + fourth + sixth + second + first + fifth, servers)


def test_by_collector_a_line_may_be_there_for_each_collector_that_got_it(chunks):
    first, second = chunks[:2]
    sent = ledger([(first, UNANSWERED), (first + second, ACKNOWLEDGED)])
    assert by_collector(sent, first + second + first, ["one", "two"]) == ()
    assert by_collector(sent, first + second + first + first, ["one", "two"])
    assert by_collector(acknowledged([first]), first + first, ["one"])


def test_by_collector_nothing_acknowledged_is_lost_and_nobody_elses_line_is_there(chunks):
    servers = ["one", "two", "two", "one", "one", "one"]
    verdict = balanced.judge(acknowledged(chunks), b"".join(chunks[:2] + chunks[3:]), servers)
    assert verdict.lost > 0
    assert verdict.findings
    assert by_collector(acknowledged(chunks), b"".join(chunks) + b"r1s3.4. not mine\n", servers)


def lanes(wanted, **options):
    """Return the lanes of faults in plans, of no more seeds than it takes to find all that are wanted."""
    found = set()
    for seed in range(100):
        found |= {fault.lane for fault in plan.make(seed, **options).faults}
        if found >= wanted:
            break
    return found


def test_plans_with_a_balancer_have_its_faults_and_others_none():
    always, also = set(plan.FAULTS), set(plan.FAULTS) | set(plan.BALANCED)
    assert lanes(always) == always
    assert lanes(also, balanced=True) == also


def test_senders_behind_a_balancer_have_addresses_of_their_own():
    assert len({balanced.source(7, number) for number in range(10)}) == 10
    assert all(balanced.source(7, number).startswith("127.") for number in range(10))
