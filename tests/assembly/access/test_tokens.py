"""Issuers of tokens in the configuration: those that can be used, and what is said of the others."""

import threading

import pytest

from PilotLoggingDIRAC.assembly.access import tokens
from PilotLoggingDIRAC.assembly.access.tokens import issuers

URL = "https://issuer.example.org"


def options(name, url):
    """The options of an issuer, with their paths."""
    values = {"Issuer": url, "VOs": "vo.alpha.org", "Audience": "https://logs.example.org"}
    return [(f"{tokens.SECTION}/{name}/{option}", value) for option, value in values.items()]


def test_issuer_that_two_sections_name_is_left_out_and_told_once(configure, monkeypatch):
    told = []
    monkeypatch.setattr(tokens._log, "error", lambda *words: told.append(" ".join(words)))
    configure({}, *options("First", URL), *options("Second", URL), *options("Third", f"{URL}/other"))
    for _ in range(3):
        assert [known.name for known in issuers()] == ["Third"]
    assert len(told) == 2
    assert all(f"{name}: {URL} is named by two sections" in " ".join(told) for name in ("First", "Second"))


def test_keys_are_fetched_although_a_first_thread_could_not_be_started(configure, monkeypatch, no_threads):
    configure({}, *options("First", URL))
    found, started = tokens.Tokens(), []
    with no_threads(), pytest.raises(RuntimeError):
        found.start()
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread))
    found.start()
    found.start()
    assert [thread.name for thread in started] == ["pilotlog-keys"]
