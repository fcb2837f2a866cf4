"""Quotas of a VO for an hour: bytes of text, and new logs.

Each collector counts for itself, in memory. A message over a quota is refused, never acknowledged.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cachetools import LRUCache

from ..errors import QuotaSpent
from ..model import PilotId
from ..settings import HOUR, QuotaSettings

SLOT_SECONDS = 60
_SLOTS = HOUR // SLOT_SECONDS
_MAX_KNOWN_LOGS = 200_000
_MAX_VOS = 1000
_OTHERS = "other VOs"
#: Seconds after the last refusal for which a quota is reported as spent.
_QUIET_SECONDS = 600


class Window:
    """Amounts of the last hour, by minute. In no hour is more taken than the limit."""

    def __init__(self) -> None:
        self._slots: dict[int, int] = {}
        self._used = 0

    def used(self, now: float) -> int:
        """Return the amount taken in the last hour."""
        oldest = int(now // SLOT_SECONDS) - _SLOTS
        for slot in [slot for slot in self._slots if slot < oldest]:
            self._used -= self._slots.pop(slot)
        return self._used

    def take(self, amount: int, limit: int, now: float) -> bool:
        """Take an amount and return True, or return False when the sum would exceed the limit; 0 is no limit."""
        used = self.used(now)
        if limit and used + amount > limit:
            return False
        slot = int(now // SLOT_SECONDS)
        self._slots[slot] = self._slots.get(slot, 0) + amount
        self._used += amount
        return True

    def give_back(self, amount: int, then: float) -> None:
        """Give back an amount that was taken at the time ``then``."""
        slot = int(then // SLOT_SECONDS)
        if slot in self._slots:
            self._slots[slot] -= amount
            self._used -= amount


@dataclass(slots=True)
class _Account:
    """The windows and refusals of one VO; ``last_refusal`` is its text and its time."""

    bytes: Window = field(default_factory=Window)
    logs: Window = field(default_factory=Window)
    refused: Counter[str] = field(default_factory=Counter)
    last_refusal: tuple[str, float] = ("", 0.0)


@dataclass(frozen=True, slots=True)
class Charge:
    """Bytes that were taken from a VO's quota, and when."""

    vo: str
    bytes: int
    time: float


class Quotas:
    """The quotas of all VOs. Safe to use from several threads."""

    def __init__(self, limits: Callable[[str], QuotaSettings], monotonic: Callable[[], float] = time.monotonic):
        """Create the quotas; ``limits(vo)`` is called for each message and must never wait."""
        self._limits = limits
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._accounts: dict[str, _Account] = {}
        self._known: LRUCache[int, None] = LRUCache(_MAX_KNOWN_LOGS)

    def admit_log(self, pilot: PilotId) -> None:
        """Count a new log of the pilot's VO; a log that is remembered does not count again.

        Raise QuotaSpent for a new log when the VO has used up its quota. The logs used last are remembered.
        """
        with self._lock:
            account, key, limit = self._account(pilot.vo), hash(pilot), self._limits(pilot.vo).max_new_logs_per_hour
            if key not in self._known and not account.logs.take(1, limit, self._monotonic()):
                raise self._refusal(account, pilot.vo, "MaxNewLogsPerHour", limit)
            self._known[key] = None

    def take_bytes(self, vo: str, number: int) -> Charge:
        """Take bytes of text from the VO's quota. Raise QuotaSpent when that exceeds the quota."""
        with self._lock:
            account, limit, now = self._account(vo), self._limits(vo).max_bytes_per_hour, self._monotonic()
            if not account.bytes.take(number, limit, now):
                raise self._refusal(account, vo, "MaxBytesPerHour", limit)
            return Charge(vo, number, now)

    def give_back(self, charge: Charge, number: int) -> None:
        """Give back ``number`` bytes of a charge that were not stored."""
        with self._lock:
            self._account(charge.vo).bytes.give_back(number, charge.time)

    def status(self) -> dict[str, dict[str, Any]]:
        """Return by VO the amounts of the last hour, their limits, and the refusals since the start by option."""
        with self._lock:
            return {vo: self._describe(vo, account) for vo, account in sorted(self._accounts.items())}

    def problems(self) -> dict[str, str]:
        """Return the quotas that are spent, by subject."""
        now = self._monotonic()
        with self._lock:
            return {
                f"quota of {vo}": text
                for vo, account in self._accounts.items()
                for text, moment in [account.last_refusal]
                if text and now - moment < _QUIET_SECONDS
            }

    def _account(self, vo: str) -> _Account:
        if vo not in self._accounts and len(self._accounts) >= _MAX_VOS:
            vo = _OTHERS
        return self._accounts.setdefault(vo, _Account())

    def _refusal(self, account: _Account, vo: str, option: str, limit: int) -> QuotaSpent:
        text = f"{vo} has sent as much as it may in an hour ({option} = {limit})"
        account.refused[option] += 1
        account.last_refusal = (text, self._monotonic())
        return QuotaSpent(text)

    def _describe(self, vo: str, account: _Account) -> dict[str, Any]:
        now, limits = self._monotonic(), self._limits(vo)
        return {
            "Bytes": account.bytes.used(now),
            "MaxBytesPerHour": limits.max_bytes_per_hour,
            "NewLogs": account.logs.used(now),
            "MaxNewLogsPerHour": limits.max_new_logs_per_hour,
            "Refused": dict(account.refused),
        }
