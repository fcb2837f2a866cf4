"""Settings of both agents' database, and of the archiving agent's process."""

from __future__ import annotations

from dataclasses import dataclass

from PilotLoggingDIRAC.pilotlog.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class AgentStoreSettings(StoreSettings):
    """Settings of an agent's database: its steps are longer than a collector's, and many threads take them."""

    connect_seconds: int = 10
    read_seconds: int = 60
    lock_seconds: int = 10
    max_connections: int = 32
    prepare_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class AgentProcessSettings:
    """Settings of what the agent leaves of its host to other processes; its workers inherit the niceness."""

    niceness: int = 10
    cycle_load_percent: float = 50.0
