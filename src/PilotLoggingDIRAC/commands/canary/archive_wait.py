"""The wait for the archived copy of a test log."""

from __future__ import annotations

import time
from collections.abc import Callable

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.listing import listing
from PilotLoggingDIRAC.commands.terminal import user_proxy
from PilotLoggingDIRAC.commands.terminal.answers import CallFailed, NotAnswered

_POLL_SECONDS = 1.0


def archived_at(
    client: CollectorClient, wanted: dict, se: str, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> str:
    """Return where the copy of the log that ``wanted`` selects is, as soon as it is archived; a collector that does not
    answer is asked again. Raise CallFailed if that failed, or the log is gone, or the time is over.
    """
    until = time.monotonic() + seconds
    while True:
        why = CallFailed(f"nothing arrived at {se} within {seconds:.0f} s")
        try:
            if place := _place(client, wanted):
                return place
        except NotAnswered as error:
            if user_proxy.problem():
                raise
            why = error
        if time.monotonic() >= until:
            raise why
        sleep(_POLL_SECONDS)


def _place(client: CollectorClient, wanted: dict) -> str:
    """Return where the copy of the log is, empty before it is archived. Raise what ``value`` raises."""
    logs = listing(client, wanted, 0, 1).logs
    if not logs:
        raise CallFailed("the log is no longer there")
    if logs[0]["SE"]:
        return f"{logs[0]['LFN']} on {logs[0]['SE']}"
    if logs[0]["LastError"]:
        raise CallFailed(logs[0]["LastError"])
    return ""
