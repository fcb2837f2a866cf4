"""A short fault campaign with destinations, and that the oracle at their end sees what it should see."""

from dataclasses import replace

import pytest

from .faults.campaign import campaign, totals
from .faults.destinations import places, plan
from .faults.destinations.oracle import judge
from .faults.plan import make
from .stack.destinations import Missing

#: Agents are killed while they send and before cursors move, and a broker hangs; both collectors have logs.
SEED = 59
TEXT = b"one\ntwo\nthree\n"


def test_a_short_campaign_with_destinations_finds_nothing(tmp_path):
    try:
        results = campaign([SEED], 1, tmp_path, destinations=True)
    except Missing as missing:
        pytest.skip(str(missing))
    print(totals(results))
    assert [result.findings for result in results] == [[]]
    assert all(results[0].counts[f"{name} lines"] for name in places.SERVERS)


def test_faults_follow_from_the_seed_alone_and_all_kinds_come():
    made = make(7)
    assert plan.with_destinations(made) == plan.with_destinations(make(7))
    alone = replace(made, senders=())  # to choose among senders takes longer than to draw faults
    plans = [plan.with_destinations(replace(alone, seed=seed)) for seed in range(200)]
    assert plans[7].faults == plan.with_destinations(made).faults
    drawn = {(fault.lane, fault.kind) for one in plans for fault in one.faults}
    assert {(lane, kind) for lane, kinds in plan.FAULTS.items() for kind in kinds} <= drawn


def record(line, message, piece=0, kind="line", **fields):
    identity = f"{kind} {line}.{piece} {message}"
    return {"id": identity, "kind": kind, "line": line, "piece": piece, "message": message, "details": {}} | fields


@pytest.fixture
def received():
    """What a destination has of the text."""
    words = TEXT.decode().split()
    lines = [record(number, word) for number, word in enumerate(words, 1)]
    return [record(0, "", kind="started"), *lines, record(3, "", kind="sealed"), record(3, "", kind="archived")]


def found(received, text=TEXT, **promises):
    verdict = judge(text, received, **promises)
    return len(verdict.findings), len(verdict.missing)


def test_oracle_is_content_with_what_is_archived(received):
    assert found(received, tells_repeats=True, keeps_order=True) == (0, 0)


@pytest.mark.parametrize("place", range(6))
def test_oracle_misses_each_line_and_each_event(received, place):
    assert found(received[:place] + received[place + 1 :]) == (0, 1)


def test_oracle_lets_repeats_pass_unless_the_destination_tells_them(received):
    assert found([*received, received[2]], keeps_order=True) == (0, 0)
    assert found([*received, received[2]], tells_repeats=True) == (1, 0)


def test_oracle_sees_two_records_of_one_identity_and_one_line_of_two(received):
    assert found([*received, received[1] | {"message": "another"}]) == (1, 0)
    assert found([received[0], received[1] | {"id": "another", "message": "another"}, *received[2:]]) == (0, 1)
    assert found([*received, record(2, "two, and more")], keeps_order=True)[0] == 1


def test_oracle_sees_lines_in_the_wrong_order_and_lines_of_nowhere(received):
    assert found([*received[:2], received[3], received[2], *received[4:]], keeps_order=True) == (1, 0)
    assert found([*received, record(4, "four")]) == (1, 0)


def test_oracle_reads_a_line_in_pieces_and_one_that_was_sent_again_with_more_behind():
    ends = [record(0, "", kind=kind) for kind in ("started", "sealed", "archived")]
    assert found([*ends, record(1, "be"), record(1, "gun", 1)], b"begun\n") == (0, 0)
    assert found([*ends, record(1, "be"), record(1, "begun")], b"begun\n") == (0, 0)
    assert found([*ends, record(1, "be"), record(1, "gin", 1)], b"begun\n") == (0, 1)


def test_oracle_knows_the_last_state_of_a_line_that_is_overwritten():
    ends = [record(0, "", kind=kind) for kind in ("started", "sealed", "archived")]
    assert found([*ends, record(1, "[##] 90 %")], b"\r[# ] 50 %\r[##] 90 %\n") == (0, 0)
    assert found([*ends, record(1, "[# ] 50 %")], b"\r[# ] 50 %\r[##] 90 %\n") == (0, 1)
