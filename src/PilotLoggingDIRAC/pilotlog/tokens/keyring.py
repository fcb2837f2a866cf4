"""The keys of all issuers, as they were fetched last.

A lookup never waits: a missing key is fetched in the background for later lookups.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ..errors import KeysUnavailable, TokenRefused
from .issuer import Issuer, TokenSettings
from .keys import Key

Fetch = Callable[[Issuer], Mapping[str, Key]]
"""Fetch the keys of an issuer. Raise KeysUnavailable."""

_NEVER = float("-inf")


@dataclass(slots=True)
class _IssuerState:
    keys: Mapping[str, Key] = field(default_factory=dict)
    fetched: float = _NEVER
    tried: float = _NEVER
    wanted: bool = True


class Keyring:
    """The keys by issuer, read by any thread and refreshed by one; ``clock`` is in seconds and monotonic."""

    def __init__(self, fetch: Fetch, settings: TokenSettings, clock: Callable[[], float]):
        self._fetch = fetch
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[Issuer, _IssuerState] = {}
        self.wanted = threading.Event()
        """Set when a key is missed that may be fetched at once."""

    def key(self, issuer: Issuer, name: str) -> Key:
        """Return a key of an issuer by its id.

        Raise TokenRefused if it is missing or the keys are too old, and schedule a fetch.
        """
        now = self._clock()
        with self._lock:
            state = self._states.setdefault(issuer, _IssuerState())
            too_old = now - state.fetched > self._settings.keys_max_age_seconds
            if not too_old and name in state.keys:
                return state.keys[name]
            state.wanted = True
            if now - state.tried >= self._settings.keys_retry_seconds:
                self.wanted.set()
        raise TokenRefused("No key of the issuer has this id, or its keys could not be fetched for long")

    def refresh(self, issuers: Collection[Issuer]) -> dict[str, str]:
        """Fetch the keys that are due, one issuer after the other, and drop those of removed issuers.

        Return what went wrong, by the issuer's name.
        """
        self.wanted.clear()
        with self._lock:
            self._states = {issuer: self._states.get(issuer, _IssuerState()) for issuer in issuers}
            due = [issuer for issuer, state in self._states.items() if self._due(state) <= self._clock()]
        return {issuer.name: problem for issuer in due if (problem := self._try(issuer))}

    def pause(self) -> float:
        """Return the seconds until the next fetch, short enough to notice new issuers."""
        with self._lock:
            next_due = min(map(self._due, self._states.values()), default=float("inf"))
        return min(max(next_due - self._clock(), 0.0), self._settings.keys_retry_seconds)

    def _due(self, state: _IssuerState) -> float:
        """Return the time of the next fetch: earlier after a failure, and when a key was missing."""
        calm = not state.wanted and state.tried == state.fetched
        return state.tried + (self._settings.keys_refresh_seconds if calm else self._settings.keys_retry_seconds)

    def _try(self, issuer: Issuer) -> str:
        with self._lock:
            state = self._states[issuer]
            state.tried, state.wanted = self._clock(), False
        try:
            keys = self._fetch(issuer)
        except KeysUnavailable as error:
            return str(error)
        with self._lock:
            state.keys, state.fetched = keys, state.tried
        return ""
