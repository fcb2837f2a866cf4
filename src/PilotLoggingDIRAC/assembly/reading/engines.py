"""The search engines that hold all lines of VOs' logs, by the present configuration."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PilotLoggingDIRAC.assembly.forwarding import destinations
from PilotLoggingDIRAC.assembly.forwarding.destinations import Configured
from PilotLoggingDIRAC.assembly.forwarding.named import vos_by_destination
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound
from PilotLoggingDIRAC.pilotlog.forward.settings import SentContent
from PilotLoggingDIRAC.pilotlog.search.engine_search import EnginePlace

if TYPE_CHECKING:
    from PilotLoggingDIRAC.adapters.destinations.opensearch_lines import OpenSearchLines

_PLUGIN = "OpenSearchDestination"


class Engines:
    """The engines of one process, made when they are asked for, and anew when their options change."""

    def __init__(self, seconds: float):
        """Create it; ``seconds`` is the time limit of one question to an engine."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._made: dict[str, tuple[Configured, OpenSearchLines]] = {}

    def places(self) -> list[EnginePlace]:
        """Return the engines with the VOs all of whose lines they hold. One that can't be made is left out."""
        found = []
        for name, vos in vos_by_destination().items():
            if engine := self._engine(name):
                found.append(EnginePlace(name, engine, vos))
        return found

    def of_vo(self, vo: str) -> OpenSearchLines:
        """Return the engine of a VO; of several, the first that ``Destinations`` names. Raise LogNotFound for none."""
        for name in destinations.forwarded_to(vo):
            if engine := self._engine(name):
                return engine
        raise LogNotFound("no OpenSearch has all lines of this VO's logs")

    def _engine(self, name: str) -> OpenSearchLines | None:
        """Return the engine of a destination, None if it is no engine, or has not all lines."""
        try:
            found = destinations.configured(name)
            if found.plugin != _PLUGIN or found.content != SentContent.ALL:
                return None
            with self._lock:
                if name not in self._made or self._made[name][0] != found:
                    self._made[name] = found, _lines(found, self._seconds)
                return self._made[name][1]
        except InvalidInput:  # the forwarding agent alarms
            return None


def _lines(found: Configured, seconds: float) -> OpenSearchLines:
    """Return the lines in a destination's engine. Its library is loaded here: only hosts with an engine need it."""
    from PilotLoggingDIRAC.adapters.destinations.opensearch_lines import OpenSearchLines

    return OpenSearchLines(found.name, found.options, seconds)
