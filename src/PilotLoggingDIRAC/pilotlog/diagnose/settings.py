"""Bounds of reading a log for its diagnosis. Sizes in bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import DAY, MiB


@dataclass(frozen=True, slots=True)
class DiagnosisSettings:
    """Bounds of what is kept of a log that is read for a diagnosis, and what counts as silence or as a clock's jump."""

    block_bytes: int = 1 * MiB
    looked_bytes: int = 4096
    end_bytes: int = 8192
    max_places: int = 2000
    max_places_of_text: int = 20
    max_findings_of_rule: int = 12
    max_jobs: int = 1000
    max_cycles: int = 200
    max_silences: int = 10
    max_jumps: int = 50
    silence_seconds: float = 600.0
    jump_back_seconds: float = 30.0
    jump_ahead_seconds: float = 3.0 * DAY
