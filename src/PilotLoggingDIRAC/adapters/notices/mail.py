"""Mail of notices: by DIRAC's notification, in a child process that is killed where a mail server hangs."""

from __future__ import annotations

from dataclasses import dataclass

from PilotLoggingDIRAC.adapters.workers.pool import OperationCaller
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, NoticeNotSent
from PilotLoggingDIRAC.pilotlog.notify.digest import Digest
from PilotLoggingDIRAC.pilotlog.text.terminal import one_line


@dataclass(frozen=True, slots=True)
class Mail:
    """Mail to one address."""

    address: str
    caller: OperationCaller
    seconds: float

    def send(self, digest: Digest) -> None:
        """Send a digest. Raise NoticeNotSent."""
        text = {"address": self.address, "subject": digest.subject, "body": digest.as_text()}
        try:
            self.caller.call("send_mail", self.seconds, **text)
        except NoticeNotSent:
            raise
        except ArchiveError as error:  # the worker's own word for a child that died or took too long
            raise NoticeNotSent(f"mail can't be sent: {one_line(error)}") from None
