"""The page for people whom the server does not know: why, what to do, and whom to ask."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from PilotLoggingDIRAC.web.answers import ADMINISTRATOR, Response

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Pilot logs: not open to you</title></head>
<body>
<h1>Pilot logs: not open to you</h1>
<p>{reason}</p>
<ul>
<li>The certificate must be the one that you use with DIRAC, imported into this browser with its key, and not expired.
After importing it, close the browser, open it again, and choose that certificate when you are asked.</li>
<li>Its name must be registered with DIRAC, and you must be in the group that the address names (group=...), or in any
group without it.</li>
<li>{contact}</li>
</ul>
</body>
</html>
"""


def refusal_page(name: str, contact: str) -> Response:
    """Return the page with status 401; ``name`` is the certificate's, "" without one, ``contact`` an option's text."""
    if name:
        reason = f"The server does not know your certificate in this group. It was shown: <code>{escape(name)}</code>"
    else:
        reason = "Your browser has shown no certificate that can be verified."
    ask = f"If that does not help, ask {escape(contact or ADMINISTRATOR)}."
    body = _PAGE.format(reason=reason, contact=ask)
    return Response(body.encode(), "text/html; charset=utf-8", HTTPStatus.UNAUTHORIZED)
