"""Work that is retried at once: the archiving of logs, their diagnosis, or messages that the database refused."""

from __future__ import annotations

from collections.abc import Mapping

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

_SELECTING = ("VO", "Stamp", "Site", "Cause", "Since")


def retry(options: Mapping[str, str]) -> str:
    """Call a collector as the switches say, and return the result in words. Raise InvalidInput, and what ``value``
    raises.
    """
    _check(options)
    client = CollectorClient(url=options.get("URL"))
    if "Quarantine" in options:
        return _in_words(value(client.releaseQuarantine()), "message", "offered to the database again")
    wanted = switches.selection({name: text for name, text in options.items() if name in _SELECTING}, checks=True)
    if "Diagnoses" in options:
        number = value(client.diagnoseAgain(wanted, "OtherRules" in options))
        return _in_words(number, "log", "diagnosed again by the agent's next cycles")
    return _in_words(value(client.retryArchiving(wanted)), "log", "due again")


def _check(options: Mapping[str, str]) -> None:
    """Raise InvalidInput for a switch that would be ignored: more would be retried than was asked for."""
    ignored = [f"--{name}" for name in (*_SELECTING, "Diagnoses", "OtherRules") if name in options]
    if "Quarantine" in options and ignored:
        raise InvalidInput(f"--Quarantine is of all messages that a collector has there, without {', '.join(ignored)}")
    if "OtherRules" in options and "Diagnoses" not in options:
        raise InvalidInput("--OtherRules goes with --Diagnoses only")


def _in_words(number: int, what: str, outcome: str) -> str:
    return f"{console.counted(number, what)} {'is' if number == 1 else 'are'} {outcome}"
