"""The store's words about itself, for those who operate it."""

from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.model import PilotId, Selection, State
from PilotLoggingDIRAC.pilotlog.sql.admin.usage import Failure, SqlUsage, VOUsage
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs
from tests.conftest import PILOT
from tests.stored import alter, reader, store  # noqa: F401

BETA = PilotId("beta_vo", "b" * 32)


def test_text_is_counted_by_vo_and_purged_text_is_not(transactions, clock, store, alter):
    store(b"12345\n")
    store(b"123\n", pilot=BETA)
    usage = SqlUsage(transactions)
    assert usage.by_vo(clock()) == [VOUsage("beta_vo", 1, 4, 4), VOUsage(PILOT.vo, 1, 6, 6)]
    alter(update(logs).where(BETA.vo == logs.c.VO).values(State="Purged"))
    clock.forward(days=2)
    assert usage.by_vo(clock()) == [VOUsage(PILOT.vo, 1, 6, 0)]


def test_failures_are_counted_by_vo_and_reason(transactions, clock, store, alter):
    store(b"x\n", return_code="0")
    store(b"x\n", pilot=PilotId(PILOT.vo, "c" * 32), return_code="0")
    store(b"x\n", pilot=BETA, return_code="0")
    alter(update(logs).where(PILOT.vo == logs.c.VO).values(Attempts=3, LastError="no proxy"))
    assert SqlUsage(transactions).failures() == [Failure(PILOT.vo, "no proxy", 2, 3, clock())]


def test_logs_are_selected_by_their_end_and_last_error(store, alter, reader):
    store(b"x\n", return_code="0")
    store(b"x\n", pilot=BETA)
    alter(update(logs).where(BETA.vo == logs.c.VO).values(LastError="100% Full_disk", State=State.INCOMPLETE.value))

    def selected(**fields):
        return [
            log.pilot.vo for log in reader.select(Scope(everything=True), Selection(**fields), "VO", False, 0, 9)[1]
        ]

    assert selected(incomplete=True) == ["beta_vo"]
    assert selected(missing=True) == []
    alter(update(logs).where(PILOT.vo == logs.c.VO).values(MissingBytes=3))
    assert selected(missing=True) == [PILOT.vo]
    assert selected(last_error="0% full_") == ["beta_vo"]
    assert selected(last_error="full%disk") == []
    assert selected(since=None) == ["beta_vo", PILOT.vo]
