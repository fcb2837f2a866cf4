"""The mail of notices by DIRAC's notification, run in a worker's child: the mail library there knows no time limit."""

from __future__ import annotations

from DIRAC.FrameworkSystem.Client.NotificationClient import NotificationClient

from PilotLoggingDIRAC.pilotlog.errors import NoticeNotSent

from .workers.operations import operation


@operation
def send_mail(address: str, subject: str, body: str) -> None:
    """Send a mail to one address. Raise NoticeNotSent."""
    result = NotificationClient().sendMail(address, subject, body)
    if not result["OK"]:
        raise NoticeNotSent(f"mail can't be sent: {result['Message']}")
