"""Issuers of tokens in the configuration: those that can be used, and what is said of the others."""

import pytest
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
from diraccfg import CFG

from PilotLoggingDIRAC.assembly.access import tokens
from PilotLoggingDIRAC.assembly.access.tokens import issuers

URL = "https://issuer.example.org"


@pytest.fixture
def configure():
    before = gConfigurationData.localCFG

    def use(**urls):
        gConfigurationData.localCFG = CFG()
        for name, url in urls.items():
            for option, value in (("Issuer", url), ("VOs", "vo.alpha.org"), ("Audience", "https://logs.example.org")):
                gConfigurationData.setOptionInCFG(f"{tokens.SECTION}/{name}/{option}", value)
        gConfigurationData.sync()

    yield use
    gConfigurationData.localCFG = before
    gConfigurationData.sync()


def test_issuer_that_two_sections_name_is_left_out_and_told_once(configure, monkeypatch):
    told = []
    monkeypatch.setattr(tokens._log, "error", lambda *words: told.append(" ".join(words)))
    configure(First=URL, Second=URL, Third=f"{URL}/other")
    for _ in range(3):
        assert [known.name for known in issuers()] == ["Third"]
    assert len(told) == 2
    assert all(f"{name}: {URL} is named by two sections" in " ".join(told) for name in ("First", "Second"))
