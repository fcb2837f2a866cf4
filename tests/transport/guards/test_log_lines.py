"""A record of the log is one line, whatever is in it."""

import functools
import io
import logging
from types import SimpleNamespace

import pytest
from DIRAC import gLogger

from PilotLoggingDIRAC.transport.guards import log_lines
from PilotLoggingDIRAC.transport.guards.log_lines import guard_log

BREAKS = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
FORGED = "2026-11-21 08:00:00 UTC forged"


@pytest.fixture(autouse=True)
def guarded(monkeypatch):
    monkeypatch.setattr(logging.Logger, "callHandlers", logging.Logger.callHandlers)
    guard_log()


@pytest.fixture
def said():
    """Return the lines that one logger of Python's, and of DIRAC's, wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger("tornado.access"), logging.getLogger("dirac")]
    formatter = loggers[1].handlers[0].formatter if loggers[1].handlers else None
    for logger, form in zip(loggers, (None, formatter), strict=True):
        handler.setFormatter(form)
        logger.addHandler(handler)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize("character", BREAKS, ids=ascii)
def test_a_message_is_one_line_whoever_logs_it(said, character):
    text = f"a{character}{FORGED}"
    gLogger.getSubLogger("x").notice(text, text)
    gLogger.getSubLogger("x").getLocalSubLogger(text).error("fixed", text)
    lines = said.getvalue().split("\n")
    assert len(said.getvalue().splitlines()) == 2 and len(lines) == 3
    assert said.getvalue().count("forged") == 4
    assert not any(line.startswith(FORGED) for line in said.getvalue().splitlines())


def test_libraries_log_one_line_too(said):
    said.seek(0)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("tornado.general")
    logger.addHandler(handler)
    logger.warning("%s %s", "GET", f"/a\r{FORGED}")
    logger.warning({"a": "\n"})
    logger.warning("%d", "no number\n")
    logger.removeHandler(handler)
    assert stream.getvalue() == f"GET /a\\r{FORGED}\n{{'a': '\\n'}}\n%d ('no number\\n',)\n"


def test_a_traceback_keeps_its_lines_and_none_of_them_begins_as_a_record(said):
    try:
        raise ValueError(f"a\n{FORGED}\r{FORGED}")
    except ValueError:
        gLogger.getSubLogger("x").exception("What a pity", f"a\n{FORGED}")
    first, *rest = said.getvalue().splitlines()
    assert "What a pity" in first and first.count(FORGED) == 1
    assert len(rest) >= 4 and all(line.startswith("    ") for line in rest)
    assert "Traceback" in rest[0] and sum(FORGED in line for line in rest) == 1


def test_what_is_left_of_secrets_by_dirac_s_filter_stays_so(said):
    """The filter looks for whole certificates, over several lines."""
    gLogger.getSubLogger("x").notice("a", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----")
    assert "abc" not in said.getvalue() and "REDACTED" in said.getvalue()


@pytest.fixture
def logger_class(monkeypatch):
    """The class that the guard finds as Python's, so that no other thread logs by it."""
    found = type("Logger", (), {"callHandlers": None})
    monkeypatch.setattr(log_lines, "logging", SimpleNamespace(Logger=found))
    return found


@pytest.mark.parametrize("other", [lambda self, record, more: None, None], ids=["three arguments", "none"])
def test_a_logger_that_has_changed_is_left_alone_with_a_warning(warned, logger_class, other):
    told = warned(log_lines)
    logger_class.callHandlers = other
    guard_log()
    assert logger_class.callHandlers is other
    del logger_class.callHandlers
    guard_log()
    assert told == [("Records of the log can't be guarded, Python has changed", "Logger.callHandlers")] * 2


def test_a_logger_that_a_library_has_wrapped_is_guarded(logger_class):
    texts = []
    library = functools.wraps(lambda self, record: None)(lambda self, record: texts.append(record.getMessage()))
    logger_class.callHandlers = library
    guard_log()
    guard_log()
    logger_class().callHandlers(logging.makeLogRecord({"msg": f"a\n{FORGED}"}))
    assert texts == [f"a\\n{FORGED}"]
