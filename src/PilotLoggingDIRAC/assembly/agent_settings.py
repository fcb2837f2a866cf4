"""The settings of the agent's database and process."""

from __future__ import annotations

from dataclasses import dataclass

from PilotLoggingDIRAC.pilotlog.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class AgentStoreSettings(StoreSettings):
    """The agent's steps are longer than a collector's, nobody waits for them, and many threads take them."""

    connect_seconds: int = 10
    read_seconds: int = 60
    lock_seconds: int = 10
    max_connections: int = 32
    prepare_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class AgentProcessSettings:
    """What the agent leaves to others of its host; its workers inherit the niceness."""

    niceness: int = 10
    cycle_load_percent: float = 50.0
