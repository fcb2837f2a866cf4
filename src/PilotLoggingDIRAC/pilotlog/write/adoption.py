"""Adoption: the look for files of dead processes, whose batches this process is to bring to the store.

All of a file is read before it is used, which takes seconds for a large one: that is done in a thread of its own, while
the writer goes on. A found file is used when the store has just answered: in an outage it would leave new messages no
room.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future

from ..errors import PilotLogError, SpoolUnavailable, StoreUnavailable
from ..ports import LogStore
from .spool import LockedFile, Spool


class Adoption:
    """One look at a time. Only the writer's thread calls it. ``wake`` is called when a look ends."""

    def __init__(self, store: LogStore, wake: Callable[[], None]):
        self._store = store
        self._wake = wake
        # the writer's own epoch may have batches that wait, and a mark that says so
        self._epoch = secrets.token_hex(16)
        self._look: Future[LockedFile | None] | None = None
        self.problem = ""
        """What was wrong with the last look."""

    def begin(self, spool: Spool) -> None:
        """Begin a look for a file beside that of the spool, unless one is under way."""
        if self._look is not None:
            return
        look: Future[LockedFile | None] = Future()
        thread = threading.Thread(target=self._run, args=(spool, look), name="pilotlog-adoption", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self.problem = "No thread can be started to look for spools of dead processes"
        else:
            self._look = look

    def _run(self, spool: Spool, look: Future[LockedFile | None]) -> None:
        try:
            self._store.ping(self._epoch, backlog=False)
            found = spool.abandoned()
            if found is not None:
                self._require_store(found)
        except StoreUnavailable:
            look.set_result(None)
        except PilotLogError as error:
            look.set_exception(error)
        except Exception as error:  # without its text: senders see it
            look.set_exception(SpoolUnavailable(f"The spool can't be adopted: unexpected {type(error).__name__}"))
        else:
            look.set_result(found)
        self._wake()

    def _require_store(self, found: LockedFile) -> None:
        try:
            self._store.ping(self._epoch, backlog=False)
        except BaseException:
            found.lock.close()
            raise

    def take(self, spool: Spool, wanted: bool) -> None:
        """Let the spool go on with the file that a look has found, if it is ``wanted``; else let go of the file."""
        if self._look is None or not self._look.done():
            return
        look, self._look = self._look, None
        try:
            if found := look.result():
                if wanted and spool.empty:
                    spool.go_on_with(found)
                else:
                    found.lock.close()
            self.problem = ""
        except SpoolUnavailable as error:
            self.problem = str(error)

    def close(self) -> None:
        """Let go of what a look finds that is still under way."""
        if self._look is not None:
            self._look.add_done_callback(_let_go)


def _let_go(look: Future[LockedFile | None]) -> None:
    if look.exception() is None and (found := look.result()):
        found.lock.close()
