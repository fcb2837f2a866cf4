"""Bounds and intervals of the describing of running pilots. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DescribeSettings:
    """Look-ups of running pilots in DIRAC's databases, which one collector does for all."""

    describe_seconds: float = 5.0
    describe_load_percent: float = 10.0
    describe_again_seconds: float = 30.0
    describe_unknown_seconds: float = 600.0
    describe_whole_seconds: float = 30.0
    describe_patience_seconds: float = 48 * 3600.0
    describe_pilots: int = 5000
    describe_hosts: int = 200
    describe_lease_seconds: float = 60.0
