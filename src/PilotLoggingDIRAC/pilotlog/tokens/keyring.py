"""Keys of all issuers, as they were fetched last.

Who looks for one never waits: a key that is not there is fetched for the next one who looks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ..errors import KeysUnavailable, TokenRefused
from .issuer import Issuer, TokenSettings
from .keys import Key

Fetch = Callable[[Issuer], Mapping[str, Key]]
"""Fetches the keys of an issuer; raises KeysUnavailable."""

_NEVER = float("-inf")


@dataclass(slots=True)
class _Kept:
    keys: Mapping[str, Key] = field(default_factory=dict)
    fetched: float = _NEVER
    tried: float = _NEVER
    wanted: bool = True


class Keyring:
    """Looked into by any thread, and refreshed by one; ``clock`` is in seconds, and never goes back."""

    def __init__(self, fetch: Fetch, settings: TokenSettings, clock: Callable[[], float]):
        self._fetch = fetch
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[Issuer, _Kept] = {}
        self.wanted = threading.Event()
        """Is set when a key is missed that may be fetched at once."""

    def key(self, issuer: Issuer, name: str) -> Key:
        """Return a key of an issuer by its id.

        Raises TokenRefused for one that is not there or whose keys are too old, and has them fetched soon.
        """
        now = self._clock()
        with self._lock:
            kept = self._kept.setdefault(issuer, _Kept())
            too_old = now - kept.fetched > self._settings.keys_max_age_seconds
            if not too_old and name in kept.keys:
                return kept.keys[name]
            kept.wanted = True
            if now - kept.tried >= self._settings.keys_retry_seconds:
                self.wanted.set()
        raise TokenRefused("No key of the issuer has this id, or its keys could not be fetched for long")

    def refresh(self, issuers: Collection[Issuer]) -> dict[str, str]:
        """Fetch the keys that are due, one issuer after the other, and forget those of issuers that are none any more.

        Return what went wrong, by the issuer's name.
        """
        self.wanted.clear()
        with self._lock:
            self._kept = {issuer: self._kept.get(issuer, _Kept()) for issuer in issuers}
            due = [issuer for issuer, kept in self._kept.items() if self._due(kept) <= self._clock()]
        return {issuer.name: problem for issuer in due if (problem := self._try(issuer))}

    def pause(self) -> float:
        """Return for how many seconds nothing is due, short enough to notice new issuers."""
        with self._lock:
            next_due = min(map(self._due, self._kept.values()), default=float("inf"))
        return min(max(next_due - self._clock(), 0.0), self._settings.keys_retry_seconds)

    def _due(self, kept: _Kept) -> float:
        """After a failure, and where a key was missed, sooner."""
        calm = not kept.wanted and kept.tried == kept.fetched
        return kept.tried + (self._settings.keys_refresh_seconds if calm else self._settings.keys_retry_seconds)

    def _try(self, issuer: Issuer) -> str:
        with self._lock:
            kept = self._kept[issuer]
            kept.tried, kept.wanted = self._clock(), False
        try:
            keys = self._fetch(issuer)
        except KeysUnavailable as error:
            return str(error)
        with self._lock:
            kept.keys, kept.fetched = keys, kept.tried
        return ""
