"""The switch of pilot logging for a VO or some of its CEs: read, show, check, confirm, write with CSAPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.CSAPI import CSAPI
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.ConfigurationSystem.Client.Helpers.Resources import getQueues
from DIRAC.ConfigurationSystem.Client.PathFinder import getServiceURLs
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise

from PilotLoggingDIRAC.commands.installation.collector_urls import HTTPS, SYSTEM
from PilotLoggingDIRAC.commands.installation.configuration import is_on
from PilotLoggingDIRAC.commands.terminal import console
from PilotLoggingDIRAC.pilotlog.admin.switch import Switch, switched_off, switched_on
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

_ON, _URL, _LIST = "RemoteLogging", "RemoteLoggerURL", "RemoteLoggerCEsWhiteList"
#: Without it a pilot sends at the end of each command only, and one that is killed loses hours.
_TIMER, _TIMER_SECONDS = "RemoteLoggerTimerInterval", "60"

DONE, CHECK_FAILED, NOT_CONFIRMED = 0, 2, 3

Check = Callable[[str], bool]
"""``check(url)``: whether a pilot of the VO can send there, having told what is wrong otherwise."""


class PilotSwitch:
    """The switch in the configuration that a CSAPI has loaded."""

    def __init__(self, cs: CSAPI, vo: str):
        """Make it. Raise SErrorException if the configuration can't be read, InvalidInput for a VO that the Registry
        lacks.
        """
        self._cs = cs
        self._vo = vo
        self._cfg = returnValueOrRaise(cs.getCurrentCFG())
        if vo not in returnValueOrRaise(Registry.getVOs()):
            raise InvalidInput(f"The Registry knows no VO {vo}")
        self._own = f"/Operations/{vo}/Pilot"
        self._sections = (self._own, f"/Operations/{vo}/Defaults/Pilot", "/Operations/Defaults/Pilot")

    @property
    def present(self) -> Switch:
        """Return the present setting."""
        names = self._value(_LIST)
        ces = None if names is None else tuple(name.strip() for name in names.split(",") if name.strip())
        return Switch(is_on(self._value(_ON)), (self._value(_URL) or "").strip(), ces)

    def known(self) -> list[str]:
        """Return the CEs that have queues for the VO; none where the configuration has no sites at all."""
        answer = getQueues(community=self._vo)
        if not answer["OK"] and not gConfig.getSections("/Resources/Sites")["OK"]:
            return []
        sites = returnValueOrRaise(answer)
        return sorted({ce for ces in sites.values() for ce in ces})

    def on(self, ces: Sequence[str], url: str = "") -> Switch:
        """Return the setting after switching on. Raise InvalidInput."""
        url = url or self.present.url or self._only_collector()
        inherited = any(self._cfg.getOption(f"{section}/{_LIST}", None) is not None for section in self._sections[1:])
        return switched_on(self.present, ces, self.known(), url, inherited)

    def off(self, ces: Sequence[str]) -> Switch:
        """Return the setting after switching off. Raise InvalidInput."""
        return switched_off(self.present, ces, self.known())

    def changes(self, wanted: Switch) -> dict[str, tuple[str | None, str | None]]:
        """Return (value before, value after) of each option to be written, by its path; None: no option."""
        after: dict[str, str | None] = {_ON: str(wanted.on)}
        if wanted.url != self.present.url:
            after[_URL] = wanted.url
        if wanted.ces != self.present.ces:
            after[_LIST] = None if wanted.ces is None else ", ".join(wanted.ces)
        if wanted.on and not _is_positive(self._value(_TIMER)):
            after[_TIMER] = _TIMER_SECONDS
        found: dict[str, tuple[str | None, str | None]] = {}
        for name, value in after.items():
            before = self._cfg.getOption(f"{self._own}/{name}", None)
            if before != value and not (name == _ON and wanted.on == self.present.on):
                found[f"{self._own}/{name}"] = (before, value)
        return found

    def write(self, changes: dict[str, tuple[str | None, str | None]]) -> None:
        """Write changes to the configuration. Raise SErrorException."""
        for path, (_, value) in changes.items():
            returnValueOrRaise(self._cs.delOption(path) if value is None else self._cs.setOption(path, value))
        returnValueOrRaise(self._cs.commit())

    @staticmethod
    def _only_collector() -> str:
        """Return the URL of the collector, empty without one. Raise InvalidInput when there are several."""
        urls = getServiceURLs(SYSTEM, service=HTTPS)
        if len(urls) > 1:
            raise InvalidInput(f"There are {len(urls)} collectors: give their common address with --URL")
        return "".join(urls)

    def _value(self, name: str) -> str | None:
        values = (self._cfg.getOption(f"{section}/{name}", None) for section in self._sections)
        return next((value for value in values if value is not None), None)


def _is_positive(value: str | None) -> bool:
    return bool(value) and str(value).strip().isdecimal() and int(str(value)) > 0


def switch(options: Mapping[str, str], on: bool, check: Check | None = None, cs: CSAPI | None = None) -> int:
    """Do what the switches say, and return the exit code."""
    ces = [ce.strip() for ce in options.get("CE", "").split(",") if ce.strip()]
    if "CE" in options and not ces:
        raise InvalidInput("--CE names nothing")
    state = PilotSwitch(cs or CSAPI(), options.get("VO", ""))
    present, wanted = state.present, state.on(ces, options.get("URL", "")) if on else state.off(ces)
    changes = state.changes(wanted)
    known = state.known()
    if "JSON" in options:
        console.as_json({"Changes": changes, "Before": present.sending(known), "After": wanted.sending(known)})
    else:
        _show(changes, present, wanted, known)
    if not changes:
        console.remark("Nothing has to be changed")
        return DONE
    if check is not None and not check(wanted.url):
        console.remark("Nothing was changed, as the check failed")
        return CHECK_FAILED
    if "Yes" not in options and not console.confirmed("Write this to the configuration?"):
        console.remark("Nothing was changed")
        return NOT_CONFIRMED
    state.write(changes)
    console.remark("Written. Pilots that start from now on follow it, when pilot.json has been made anew")
    return DONE


def _show(changes: Mapping, present: Switch, wanted: Switch, known: list[str]) -> None:
    for path, (before, after) in changes.items():
        if before is not None:
            console.line(f"- {path} = {before}")
        if after is not None:
            console.line(f"+ {path} = {after}")
    console.line(f"CEs whose pilots send now:        {_names(present, known)}")
    console.line(f"CEs whose pilots send afterwards: {_names(wanted, known)}")


def _names(switch: Switch, known: list[str]) -> str:
    names = ", ".join(switch.sending(known)) or "none"
    return f"all ({names})" if switch.on and switch.ces is None else names
