"""Sending logs again to a destination: requests to the collector, and how far the agents are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.commands.terminal.answers import patiently, value
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound
from PilotLoggingDIRAC.pilotlog.text import humanize

DONE, INCOMPLETE = 0, 2

_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 120.0
_MAX_NUMBER = 2**63 - 1
_COLUMNS = ("ID", "Destination", "State", "Share", "Logs", "Records", "Rejected", "Unreadable", "RequestedAt", "Error")


def run(options: Mapping[str, str]) -> int:
    """Do what the switches say. Return the exit code."""
    replays = InstallationReplays(CollectorClient(url=options.get("URL")), "JSON" in options)
    if "Stop" in options:
        return replays.stop(switches.number(options, "Stop", 0, 1, _MAX_NUMBER))
    if "Watch" in options:
        return replays.watch(switches.number(options, "Watch", 0, 1, _MAX_NUMBER))
    named = {name: text for name, text in options.items() if name in switches.REPLAY_NAMES}
    if not named and "Destination" not in options:
        return replays.show()
    if not options.get("Destination"):
        raise InvalidInput("Name the destination: --Destination")
    wanted = switches.selection(named)
    act = replays.count if "DryRun" in options else replays.send
    return act(options["Destination"], wanted)


class InstallationReplays:
    """The replays of an installation, by its collector."""

    def __init__(self, client: CollectorClient, as_json: bool):
        self._client = client
        self._as_json = as_json

    def count(self, destination: str, wanted: dict) -> int:
        """Print the amount that would be sent. Return the exit code."""
        found = value(self._client.replayLogs(destination, wanted, True))
        self._print(found, _amount(found))
        return DONE if found["Logs"] else INCOMPLETE

    def send(self, destination: str, wanted: dict) -> int:
        """Request a replay, and watch it to its end. Return the exit code."""
        found = value(self._client.replayLogs(destination, wanted, False))
        replay = found["Replay"]
        if not self._as_json:
            console.line(f"{_name(replay)}: {_amount(found)}")
        return self.watch(replay["ID"])

    def watch(self, number: int) -> int:
        """Show the progress of a replay until it ends. Return the exit code."""
        try:
            while (replay := self._find(number))["State"] == "Open":
                console.progress(_progress(replay))
                time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            console.remark(f"Replay {number} goes on. To see it: --Watch {number}; to end it: --Stop {number}")
            raise
        console.clear_progress()
        self._print(replay, _outcome(replay))
        whole = replay["State"] == "Done" and not replay["Unreadable"] and not replay["Rejected"]
        return DONE if whole else INCOMPLETE

    def stop(self, number: int) -> int:
        """Stop a replay, and print how far it came. Return the exit code."""
        if not value(self._client.stopReplay(number)):
            raise LogNotFound(f"There is no open replay {number}")
        replay = self._find(number)
        self._print(replay, _outcome(replay))
        return DONE

    def show(self) -> int:
        """Print a table of replays. Return the exit code."""
        found = value(self._client.getReplays())
        if self._as_json:
            console.as_json(found)
        else:
            rows = [[_cell(replay, column) for column in _COLUMNS] for replay in found]
            console.table(_COLUMNS, rows, right=("ID", "Share", "Logs", "Records", "Rejected", "Unreadable"))
        return DONE

    def _find(self, number: int) -> dict[str, Any]:
        found = patiently(self._client.getReplays, _PATIENCE_SECONDS, console.remark)
        replay = next((each for each in found if each["ID"] == number), None)
        if replay is None:
            raise LogNotFound(f"There is no replay {number}")
        return replay

    def _print(self, found: dict, words: str) -> None:
        if self._as_json:
            console.as_json(found)
        else:
            console.line(words)


def _name(replay: dict) -> str:
    return f"Replay {replay['ID']} to {replay['Destination']}"


def _amount(found: dict) -> str:
    """Return the amount of a replay in words."""
    words = [humanize.count(found["Logs"], "log"), humanize.size(found["Bytes"])]
    words += [f"{found['Archived']:,} of them in the archive alone"] if found["Archived"] else []
    words += [f"{found['Gone']:,} more are no longer kept"] if found["Gone"] else []
    return ", ".join(words)


def _numbers(replay: dict) -> str:
    words = [humanize.count(replay["Logs"], "log"), humanize.count(replay["Records"], "record")]
    words += [f"{replay['Rejected']:,} rejected"] if replay["Rejected"] else []
    words += [f"{humanize.count(replay['Unreadable'], 'log')} can't be read"] if replay["Unreadable"] else []
    return ", ".join(words)


def _progress(replay: dict) -> str:
    error = f"; {replay['Error']}" if replay["Error"] else ""
    return f"{_share(replay)}, {_numbers(replay)}{error}"


def _outcome(replay: dict) -> str:
    """Return how a replay ended, in words."""
    what = "is done" if replay["State"] == "Done" else f"was stopped at {_share(replay)}"
    reason = f"; the last reason: {replay['Reason']}" if replay["Reason"] else ""
    return f"{_name(replay)} {what}: {_numbers(replay)}{reason}"


def _share(replay: dict) -> str:
    return f"{100 * replay['Share']:.0f} %"


def _cell(replay: dict, column: str) -> Any:
    return _share(replay) if column == "Share" else replay[column]
