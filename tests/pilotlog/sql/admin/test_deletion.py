"""Retries on request: logs whose archiving failed are due again at once, and nothing else is touched."""

from datetime import timedelta

from PilotLoggingDIRAC.pilotlog.model import Numbered, PilotId, Selection
from PilotLoggingDIRAC.pilotlog.sql.admin.deletion import SqlRetry
from PilotLoggingDIRAC.pilotlog.sql.archive.custody import SqlCustody
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import batch

ALPHA, BETA = PilotId("vo.alpha.org", "a" * 32), PilotId("beta_vo", "b" * 32)


def fail(transactions, clock, pilot):
    """A finalised log whose archiving failed and waits for an hour."""
    group = [Numbered(1, batch(b"a\n", pilot=pilot)), Numbered(2, batch(pilot=pilot, return_code="0"))]
    SqlAppender(transactions, clock).append(pilot.vo, group)
    custody = SqlCustody(transactions, clock)
    later = clock() + timedelta(hours=1)
    (log_id,) = custody.due(pilot.vo, clock(), 10)
    (claim,) = custody.claim("agent", [log_id], later)
    custody.failed(claim, "the storage element is down", later)


def due(transactions, clock, pilot):
    return SqlCustody(transactions, clock).due(pilot.vo, clock(), 10)


def test_failed_logs_are_due_again_at_once_and_keep_their_last_error(transactions, clock):
    fail(transactions, clock, ALPHA)
    assert not due(transactions, clock, ALPHA)
    assert SqlRetry(transactions, clock).retry(Selection()) == 1
    assert len(due(transactions, clock, ALPHA)) == 1
    assert SqlReader(transactions).find(ALPHA)[0].last_error == "the storage element is down"


def test_logs_that_were_not_selected_go_on_waiting(transactions, clock):
    fail(transactions, clock, ALPHA)
    fail(transactions, clock, BETA)
    assert SqlRetry(transactions, clock).retry(Selection(vos=("beta_vo",))) == 1
    assert (due(transactions, clock, ALPHA), len(due(transactions, clock, BETA))) == ([], 1)


def test_logs_that_did_not_fail_are_not_counted(transactions, clock):
    SqlAppender(transactions, clock).append("e", [Numbered(1, batch(b"a\n"))])
    assert SqlRetry(transactions, clock).retry(Selection()) == 0


def test_text_of_a_kept_log_stays_after_a_retry_for_as_long_as_of_one_kept_now(transactions, clock):
    fail(transactions, clock, ALPHA)
    custody = SqlCustody(transactions, clock)
    clock.forward(days=40)
    custody.keep([SqlReader(transactions).find(ALPHA)[0].id])
    assert SqlRetry(transactions, clock).retry(Selection()) == 1
    assert len(due(transactions, clock, ALPHA)) == 1
    assert custody.kept(ALPHA.vo, clock() - timedelta(days=30), 10) == []
