"""The options that switching pilot logging on and off writes, and the CEs whose pilots send then."""

import pytest

from PilotLoggingDIRAC.commands.installation import switching as module
from PilotLoggingDIRAC.commands.installation.switching import PilotSwitch
from PilotLoggingDIRAC.pilotlog.admin.switch import Switch, switched_off, switched_on
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from tests.local_cs import LocalCS

KNOWN = ["ce1", "ce2", "ce3"]
OFF, ALL, SOME = Switch(False, "u"), Switch(True, "u"), Switch(True, "u", ("ce1", "ce2"))


@pytest.mark.parametrize(
    ("present", "ces", "ends"),
    [
        (OFF, [], None),
        (OFF, ["ce1"], ("ce1",)),
        (ALL, [], None),
        (ALL, ["ce1"], None),
        (SOME, [], None),
        (SOME, ["ce3", "ce1"], ("ce1", "ce2", "ce3")),
        (Switch(True, "u", ()), ["ce2"], ("ce2",)),
        (Switch(False, "u", ("ce1",)), ["ce2"], ("ce2",)),
    ],
)
def test_switching_on(present, ces, ends):
    assert switched_on(present, ces, KNOWN, "", inherited=False) == Switch(True, "u", ends)


@pytest.mark.parametrize(
    ("present", "ces", "wanted"),
    [
        (ALL, [], OFF),
        (ALL, ["ce1"], Switch(True, "u", ("ce2", "ce3"))),
        (SOME, ["ce1"], Switch(True, "u", ("ce2",))),
        (SOME, ["ce1", "ce2"], Switch(False, "u", ())),
        (SOME, ["ce3"], SOME),
        (OFF, ["ce1"], OFF),
    ],
)
def test_switching_off(present, ces, wanted):
    assert switched_off(present, ces, KNOWN) == wanted


def test_no_white_list_is_all_and_an_empty_one_none():
    assert ALL.sending(KNOWN) == KNOWN
    assert Switch(True, "u", ()).sending(KNOWN) == OFF.sending(KNOWN) == []


def test_an_inherited_white_list_is_replaced_by_all_ces():
    assert switched_on(SOME, [], KNOWN, "", inherited=True).ces == tuple(KNOWN)


@pytest.mark.parametrize(
    "act", [lambda: switched_on(OFF, ["ce9"], KNOWN, "", False), lambda: switched_off(ALL, ["ce9"], KNOWN)]
)
def test_a_ce_that_nobody_knows_is_refused(act):
    with pytest.raises(InvalidInput, match="ce9"):
        act()


def test_without_a_url_pilots_are_not_switched_on():
    with pytest.raises(InvalidInput):
        switched_on(Switch(), [], KNOWN, "", False)


@pytest.fixture
def switch(monkeypatch):
    """``switch(options)``: the switch of a VO on a configuration with these options."""
    monkeypatch.setattr(module.Registry, "getVOs", lambda: {"OK": True, "Value": ["vo.one.org"]})
    queues = {"LCG.One.org": {ce: {} for ce in KNOWN}}
    monkeypatch.setattr(module, "getQueues", lambda community: {"OK": True, "Value": queues})

    def make(options):
        cs = LocalCS("Operations\n{\n vo.one.org\n {\n  Pilot\n  {\n  }\n }\n Defaults\n {\n  Pilot\n  {\n  }\n }\n}\n")
        for path, value in options.items():
            cs.setOption(f"Operations/{path}", value)
        return cs, PilotSwitch(cs, "vo.one.org")

    return make


OWN, DEFAULTS = "vo.one.org/Pilot", "Defaults/Pilot"


def test_options_of_the_vo_win_over_those_of_all(switch):
    inherited = {f"{DEFAULTS}/RemoteLogging": "true", f"{DEFAULTS}/RemoteLoggerURL": "u"}
    assert switch(inherited)[1].present == ALL
    assert switch(inherited | {f"{OWN}/RemoteLogging": "False"})[1].present == OFF
    assert switch(inherited | {f"{OWN}/RemoteLoggerCEsWhiteList": ""})[1].present.sending(KNOWN) == []
    assert switch(inherited | {f"{OWN}/RemoteLoggerCEsWhiteList": "ce1, ce2"})[1].present == SOME


def test_only_what_changes_is_written(switch):
    inherited = {f"{DEFAULTS}/RemoteLogging": "True", f"{DEFAULTS}/RemoteLoggerURL": "u"}
    cs, own = switch(inherited | {f"{DEFAULTS}/RemoteLoggerTimerInterval": "30"})
    assert own.changes(own.on([])) == {}
    changes = own.changes(own.off(["ce1"]))
    assert changes == {f"/Operations/{OWN}/RemoteLoggerCEsWhiteList": (None, "ce2, ce3")}
    own.write(changes)
    assert (cs.value(f"Operations/{OWN}/RemoteLoggerCEsWhiteList"), cs.commits) == ("ce2, ce3", 1)
    changes = own.changes(own.on([]))
    assert changes == {f"/Operations/{OWN}/RemoteLoggerCEsWhiteList": ("ce2, ce3", None)}
    own.write(changes)
    assert own.present == ALL


def test_a_configuration_without_sites_has_no_ces_and_can_be_switched_on(switch, monkeypatch):
    monkeypatch.setattr(module, "getQueues", lambda community: {"OK": False, "Message": "no such path"})
    _, own = switch({})
    assert own.known() == []
    assert own.on([], "u") == ALL


def test_several_collectors_need_their_common_address(switch, monkeypatch):
    urls = ["https://one.example.org:8443/x", "https://two.example.org:8443/x"]
    monkeypatch.setattr(module, "getServiceURLs", lambda system, service: urls)
    _, own = switch({})
    with pytest.raises(InvalidInput, match="--URL"):
        own.on([])
    assert own.on([], "u") == ALL
    monkeypatch.setattr(module, "getServiceURLs", lambda system, service: urls[:1])
    assert own.on([]).url == urls[0]


@pytest.mark.parametrize("before", [None, "0", "", "never"])
def test_pilots_that_are_switched_on_send_every_minute(switch, before):
    """Without the timer a pilot sends at the end of a command only: one that is killed loses hours."""
    timer = f"/Operations/{OWN}/RemoteLoggerTimerInterval"
    _, own = switch({} if before is None else {f"{OWN}/RemoteLoggerTimerInterval": before})
    assert own.changes(own.on([], "u"))[timer] == (before, "60")
    assert timer not in own.changes(own.off([]))
