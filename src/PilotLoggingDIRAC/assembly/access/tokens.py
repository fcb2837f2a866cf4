"""Bearer tokens: the issuers of the CS, a thread that fetches their keys, and the Registry's users."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
from collections import Counter
from collections.abc import Collection
from urllib.parse import urlsplit

from DIRAC import gConfig, gLogger
from DIRAC.ConfigurationSystem.Client.Helpers.Registry import wrapIDAsDN

from PilotLoggingDIRAC.adapters.issuer_keys import IssuerKeys
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.errors import TokenRefused
from PilotLoggingDIRAC.pilotlog.tokens.check import check
from PilotLoggingDIRAC.pilotlog.tokens.holder import Holder
from PilotLoggingDIRAC.pilotlog.tokens.issuer import InvalidIssuer, Issuer, TokenSettings, issuer
from PilotLoggingDIRAC.pilotlog.tokens.keyring import Keyring

SECTION = f"{options.SHARED}/Tokens"
_SHORTEST_PAUSE_SECONDS = 1.0
_URLS = "/Systems/WorkloadManagement/URLs"
_log = gLogger.getSubLogger("PilotLogging/Tokens")


class Tokens:
    """The checker of tokens of one process, with the issuers' keys."""

    def __init__(self) -> None:
        settings = options.fill(TokenSettings, options.section(SECTION))
        retry = max(settings.keys_retry_seconds, _SHORTEST_PAUSE_SECONDS)
        self._settings = dataclasses.replace(settings, keys_retry_seconds=retry)
        self._keyring = Keyring(IssuerKeys(self._settings).fetch, self._settings, time.monotonic)
        self._problems: dict[str, str] = {}
        self._lock = threading.Lock()
        self._running = False

    def holder(self, token: str) -> Holder:
        """Return the holder of a token. Raise TokenRefused."""
        found = issuers()
        if not found:
            raise TokenRefused("No tokens are taken here")
        self.start()
        return check(token, found, self._keyring, RegistryUsers(), self._settings, time.time())

    def start(self) -> None:
        """Start the thread that fetches keys, once and only if there is an issuer."""
        with self._lock:
            if self._running or not issuers():
                return
            threading.Thread(target=self._run, name="pilotlog-keys", daemon=True).start()
            self._running = True  # only now: the start fails at the limit of threads

    def _run(self) -> None:
        while True:
            try:
                self._report(self._keyring.refresh(issuers()))
            except Exception as error:  # the next round may go better; without this thread no key is ever fetched again
                _log.exception("Keys can't be refreshed", lException=error)
                self._keyring.wanted.clear()
            self._keyring.wanted.wait(max(self._keyring.pause(), _SHORTEST_PAUSE_SECONDS))

    def _report(self, problems: dict[str, str]) -> None:
        """Log a problem of an issuer when it is new."""
        for name, problem in problems.items():
            if self._problems.get(name) != problem:
                _log.warn("Keys of an issuer can't be fetched", f"{name}: {problem}")
        self._problems = problems


@functools.cache
def tokens() -> Tokens:
    """Return the checker of this process; its options are read at the first call."""
    return Tokens()


def issuers() -> list[Issuer]:
    """Return the issuers that the CS has now; one that is invalid, or named by two sections, is logged and left out."""
    names = gConfig.getSections(SECTION)
    found = [known for known in map(_issuer, names["Value"]) if known] if names["OK"] else []
    urls = Counter(known.url for known in found)
    for known in found:
        if urls[known.url] > 1:
            _complain(known.name, f"{known.url} is named by two sections")
    return [known for known in found if urls[known.url] == 1]


def _issuer(name: str) -> Issuer | None:
    try:
        return issuer(name, lambda option: gConfig.getValue(f"{SECTION}/{name}/{option}", []), _audiences())
    except InvalidIssuer as error:
        _complain(name, str(error))
        return None


@functools.lru_cache(maxsize=100)
def _complain(name: str, problem: str) -> None:
    """Log a problem once, though options are read at each request."""
    _log.error("No tokens of an issuer are taken", f"{name}: {problem}")


def _audiences() -> list[str]:
    """Return the collector's URLs over HTTPS, and the servers in them."""
    urls = [url for url in gConfig.getValue(f"{_URLS}/TornadoPilotLogging", []) if url.startswith("https://")]
    return [*urls, *(f"https://{urlsplit(url).netloc}" for url in urls)]


class RegistryUsers:
    """The users and groups that the Registry has now."""

    def vo(self, group: str) -> str:
        """Return the VO of a group, with no fallback."""
        return gConfig.getValue(f"/Registry/Groups/{group}/VO", "")

    def members(self, group: str) -> Collection[str]:
        """Return the users of a group."""
        return gConfig.getValue(f"/Registry/Groups/{group}/Users", [])

    def subjects(self, user: str) -> Collection[str]:
        """Return a user's ``ID`` values, and the IDs that DIRAC writes as a DN."""
        prefix = wrapIDAsDN("")
        wrapped = [dn.removeprefix(prefix) for dn in self._names(user) if dn.startswith(prefix)]
        return [*gConfig.getValue(f"/Registry/Users/{user}/ID", []), *wrapped]

    def name(self, user: str) -> str:
        """Return the first DN of a user."""
        return next(iter(self._names(user)), "")

    def _names(self, user: str) -> list[str]:
        return gConfig.getValue(f"/Registry/Users/{user}/DN", [])
