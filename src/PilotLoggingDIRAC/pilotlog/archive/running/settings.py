"""Bounds of the diagnoses of running pilots. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiagnoseRunningSettings:
    """Bounds of the diagnoses of logs that are received; ``diagnose_running_seconds`` 0 makes none."""

    diagnose_running_seconds: float = 5.0
    diagnose_running_load_percent: float = 25.0
    diagnose_running_logs: int = 200
    diagnose_running_bytes: int = 16 * 1024 * 1024
    diagnose_running_kept: int = 10_000
    diagnose_running_whole_seconds: float = 300.0
    diagnose_running_lease_seconds: float = 60.0
