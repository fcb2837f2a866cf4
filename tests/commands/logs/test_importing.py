"""The command's import over a wire that loses answers: DIRAC's client then sends the same slice to the next URL."""

from datetime import timedelta

import pytest

from PilotLoggingDIRAC.commands.logs.importing import PilotLogImport
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import default
from tests.conftest import PILOT
from tests.stored import importer, reader  # noqa: F401


class RepeatingClient:
    """DIRAC's client of collectors that share a store; it sends each text twice, as its first answer is lost."""

    def __init__(self, store):
        self._store = store

    def importLog(self, vo, stamp, offset, text, last, modified):  # noqa: N802 - DIRAC's name
        if text:
            self._answer(vo, stamp, offset, text, last, modified)
        return self._answer(vo, stamp, offset, text, last, modified)

    def _answer(self, vo, stamp, *arguments):
        try:
            return {"OK": True, "Value": self._store.append(PilotId(vo, stamp), *arguments)}
        except PilotLogError as error:
            return {"OK": False, "Errno": error.errno, "Message": str(error)}


@pytest.fixture
def run(importer, tmp_path):
    """Import a file with this text; return (outcomes, conflicts)."""

    def import_text(text):
        path = tmp_path / "logs" / PILOT.vo / f"{PILOT.stamp}.log"
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
        steps = PilotLogImport(RepeatingClient(importer), default(), timedelta(hours=48), lambda name, text: None)
        report = steps.run(tmp_path / "logs")
        return dict(report.outcomes), report.conflicts

    return import_text


def test_a_log_whose_answers_were_lost_is_imported(run, reader):
    text = b"line\n" * 300_000
    assert run(text) == ({"imported": 1}, 0)
    assert b"".join(text for _, text in reader.chunks(reader.find(PILOT)[0])) == text


def test_another_text_that_came_meanwhile_is_a_conflict(run, importer, reader, monkeypatch):
    send = PilotLogImport.send

    def late(self, pilot, step):
        if step.text:
            importer.append(PILOT, 0, "other", {}, "2026-11-01T12:00:00")
        return send(self, pilot, step)

    monkeypatch.setattr(PilotLogImport, "send", late)
    assert run(b"mine\n") == ({}, 1)
    assert [text for _, text in reader.chunks(reader.find(PILOT)[0])] == [b"other"]
