"""A short fault campaign with fixed seeds, and that its oracle sees what it should see."""

import random

import pytest

from .faults import balanced, plan, texts
from .faults.campaign import campaign, totals
from .faults.oracle import judge
from .faults.senders import ACKNOWLEDGED, REFUSED, UNANSWERED, Attempt, Ledger

SEEDS = (0, 49, 915)


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


def ledger(attempts, careful=False):
    made = [Attempt(text, outcome, 0.0, 0.0) for text, outcome in attempts]
    return Ledger("r1s0", "vo", "stamp", 0, careful, made)


def acknowledged(chunks):
    return ledger([(chunk, ACKNOWLEDGED) for chunk in chunks])


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
    mark = b"\n2026-01-01T00:00:00.000000Z WARN [PilotLogging] 1 messages with 7 bytes are missing here: full\n"
    assert findings(sent, first + third)
    assert findings(sent, first + mark + third) == ()
    assert findings(sent, first + third, marks_may_be_missing=True) == ()


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


def test_plans_with_a_balancer_have_its_faults_and_others_none():
    lanes = {fault.lane for seed in range(100) for fault in plan.make(seed).faults}
    balanced_lanes = {fault.lane for seed in range(100) for fault in plan.make(seed, balanced=True).faults}
    assert lanes == set(plan.FAULTS)
    assert balanced_lanes == set(plan.FAULTS) | set(plan.BALANCED)


def test_senders_behind_a_balancer_have_addresses_of_their_own():
    assert len({balanced.source(7, number) for number in range(10)}) == 10
    assert all(balanced.source(7, number).startswith("127.") for number in range(10))
