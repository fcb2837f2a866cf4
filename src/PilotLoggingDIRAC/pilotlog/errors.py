"""Everything that can go wrong with a pilot's log, named by cause.

The edge turns each into ``S_ERROR(errno, message)``; messages say what is wrong and never carry log text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

#: Numbers that errors of ours have, and DIRAC's have not.
OUR_ERRORS = range(3400, 3500)


class PilotLogError(Exception):
    """Base of all named errors; ``errno`` is what a DIRAC client finds in ``Errno``."""

    errno = 3400


class InvalidInput(PilotLogError):
    """The caller sent something that is not what the method takes."""

    errno = 3401


class MessageTooLarge(InvalidInput):
    """The message is over a limit for one message; ``size`` is what it has, in bytes or characters, ``limit`` the
    limit.
    """

    errno = 3402

    def __init__(self, message: str, size: int = 0, limit: str = ""):
        super().__init__(message)
        self.size = size
        self.limit = limit


class NotAllowed(PilotLogError):
    """The caller may not do this. The message never tells whether the log exists."""

    errno = 3403


class ForeignStamp(NotAllowed):
    """The stamp is that of another VO's pilot."""


class NothingToRead(NotAllowed):
    """The caller's group may read no logs at all, which says nothing of any log."""


class LogNotFound(PilotLogError):
    """There is no such log."""

    errno = 3404


class StoreUnavailable(PilotLogError):
    """The store can't be reached, or did not answer in time; nobody can tell what became of the last step."""

    errno = 3405


class ConnectionLost(StoreUnavailable):
    """The connection to the store broke during the step."""


class StoreRefused(PilotLogError):
    """The store answered, and refused this one batch; offering it again will not help."""

    errno = 3406


class Overloaded(PilotLogError):
    """More is waiting than the collector is allowed to hold, or it took too long."""

    errno = 3407


class NotYetThere(PilotLogError):
    """The answer is not there yet; ask again in a moment."""

    errno = Overloaded.errno


class ShuttingDown(PilotLogError):
    """The collector is stopping; the sender may try again."""

    errno = 3408


class OffsetMismatch(PilotLogError):
    """An imported slice does not continue the log where it ends; ``offset`` is where the next one has to start."""

    errno = 3409

    def __init__(self, offset: int):
        super().__init__(f"The log is {offset} bytes long: continue there")
        self.offset = offset


class ArchiveError(PilotLogError):
    """A log could not be brought to, read from or removed from the archive."""

    errno = 3410


class LeaseLost(PilotLogError):
    """The log changed, or somebody else works on it: what was done for it does not count."""

    errno = 3411


class SourcesExhausted(PilotLogError):
    """No source had the pilot's output; the message names each one and why."""

    errno = 3412


class SpoolUnavailable(PilotLogError):
    """The collector's local spool can't be opened, read or written.

    ``may_hold_batches``: one that can't be opened has files, so that older text may wait there.
    """

    errno = 3413
    may_hold_batches = False


class SpoolFull(SpoolUnavailable):
    """The spool holds as much as it is allowed to."""

    errno = 3414


class QuotaSpent(PilotLogError):
    """The VO has sent as much as it may within an hour."""

    errno = 3416


class CursorOutdated(PilotLogError):
    """The cursor was given by another database than the present one, which was restored since."""

    errno = 3418


class BodyTooSlow(PilotLogError):
    """The body of the request did not arrive in time. Only counted: there is nobody to tell any more."""

    errno = 3417


class TokenRefused(NotAllowed):
    """A bearer token is not good enough; the message says why in fixed words, and holds nothing of the token."""


class KeysUnavailable(PilotLogError):
    """The keys of an issuer of tokens could not be fetched, or are none. Only logged: no request waits for them."""

    errno = 3430


class NoticeNotSent(PilotLogError):
    """A notice could not be delivered; it is tried again later."""

    errno = 3431


class DestinationUnavailable(PilotLogError):
    """A destination can't be reached, did not answer in time, or wants no more for now; what was sent is sent again.

    ``retry_seconds`` is the pause that the destination asks for, 0 if it says nothing. The message holds no log text.
    """

    errno = 3432

    def __init__(self, message: str, retry_seconds: float = 0.0):
        super().__init__(message)
        self.retry_seconds = retry_seconds


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Raise ArchiveError where this host refuses to store something meanwhile, for a full disk or any other reason."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"This host can't store {what}: {error.strerror or error}") from error
