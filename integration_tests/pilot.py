"""A pilot's logger that speaks the stock wire: one form-encoded POST a message, a new TLS connection each.

``StockLogger`` buffers lines as the stock pilot does, and keeps what a failed flush could not send. Run as a program
it is a little pilot: ``python -m integration_tests.pilot STAMP --lines 20 --pause 0.1 --end 0``.
"""

import argparse
import contextlib
import http.client
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from .forms import urlencoded


class Connection:
    """One sender's way to a collector: the URL, the CA folder, a proxy file or a folder with a host certificate.

    Credentials None: a TLS connection without a certificate. ``stored`` is called after each acknowledgement and
    returns when what was acknowledged is in the database.
    """

    def __init__(self, url, ca_folder, credentials, timeout=120, stored=lambda: None):
        self.url = url
        self.timeout = timeout
        self.headers = {}
        self._kept = None
        self._stored = stored
        self._context = ssl.create_default_context(capath=str(ca_folder))
        self.is_host = credentials is not None and Path(credentials).is_dir()
        if credentials is None:
            return
        if self.is_host:
            self._context.load_cert_chain(f"{credentials}/hostcert.pem", f"{credentials}/hostkey.pem")
        else:
            self._context.load_cert_chain(str(credentials))

    def call(self, method, *arguments):
        """Call a method and return DIRAC's answer as a dictionary."""
        return self.post({"method": method, "args": json.dumps(arguments)})[1]

    def call_all(self, calls):
        """Call methods, each with its arguments, over one connection; yield what ``call`` returns for each."""
        with contextlib.closing(self):
            for method, arguments in calls:
                yield self.post_kept({"method": method, "args": json.dumps(arguments)})[1]

    def post_kept(self, form):
        """Do what ``post`` does, over a connection that is kept until ``close``."""
        url = urlsplit(self.url)
        if self._kept is None:
            self._kept = http.client.HTTPSConnection(url.netloc, timeout=self.timeout, context=self._context)
        form_type = {"Content-Type": "application/x-www-form-urlencoded"}
        self._kept.request("POST", url.path, self._body(form), self.headers | form_type)
        answer = self._kept.getresponse()
        text = answer.read().decode(errors="replace")
        return answer.status, json.loads(text) if answer.status == HTTPStatus.OK else text

    def close(self):
        """Close the connection that is kept, if there is one."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def post(self, form):
        """Post a form and return (HTTP status, answer): the JSON, or the text where it is none."""
        try:
            with self.open(form) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def open(self, form):
        """Post a form and return the response, unread; the stock pilot closes it so."""
        request = urllib.request.Request(self.url, self._body(form), self.headers)
        return urllib.request.urlopen(request, timeout=self.timeout, context=self._context)

    def _body(self, form):
        if isinstance(form, bytes):
            return form
        return urlencoded(form | {"extraCredentials": '"hosts"'} if self.is_host else form)

    @staticmethod
    def message(text, stamp, vo="unknown"):
        """The form of a ``sendMessage``."""
        return {"method": "sendMessage", "args": json.dumps((json.dumps(text), stamp, vo))}

    def send(self, text, stamp, vo="unknown"):
        """Send text as the stock pilot does and return the answer, which the stock pilot never reads."""
        return self._acknowledged(self.post(self.message(text, stamp, vo))[1])

    def finalise(self, stamp, code="0", vo="unknown"):
        """Send the finalise mark and return the answer."""
        return self._acknowledged(self.call("finaliseLogs", json.dumps({"retCode": code}), stamp, vo))

    def _acknowledged(self, answer):
        if isinstance(answer, dict) and answer["OK"]:
            self._stored()
        return answer


def pilot_line(text, level="INFO", command="CheckWorkerNode"):
    """A line as the pilot's logger writes it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} {level} [{command}] {text}\n"


class StockLogger:
    """Sends when ``size`` lines are there or on ``flush``; a flush that fails keeps its text and raises."""

    def __init__(self, connection, stamp, vo="unknown", size=1000):
        self._connection = connection
        self._stamp = stamp
        self._vo = vo
        self._size = size
        self._kept = ""
        self.sent = ""

    def line(self, text, level="INFO", command="CheckWorkerNode"):
        """Log one line."""
        self._kept += pilot_line(text, level, command)
        if self._kept.count("\n") >= self._size:
            self.flush()

    def flush(self):
        """Send what is kept."""
        if self._kept:
            self._connection.send(self._kept, self._stamp, self._vo)
            self.sent += self._kept
            self._kept = ""

    def finalise(self, code="0"):
        """Send the rest, then the mark."""
        self.flush()
        self._connection.finalise(self._stamp, code, self._vo)


COMMANDS = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "CheckCECapabilities", "LaunchAgent")


def run(logger, lines, pause, end):
    """Run a pilot through its commands, a few lines each; ``end`` is its return code, None for one that is killed."""
    logger.line(f"Executing commands: {list(COMMANDS)}", command="Pilot")
    for command in COMMANDS:
        logger.line(f"Command {command} instantiated from pilotCommands", command=command)
        for number in range(lines):
            logger.line(f"{command} step {number}", command=command)
            time.sleep(pause)
        logger.flush()
        if end not in (None, "0") and command == "InstallDIRAC":
            logger.line("Could not install DIRAC: no space left on device", "ERROR", command)
            break
    while end is None:
        time.sleep(60)
    logger.finalise(end)


def main(words=None):
    """The little pilot as a program; credentials and URL from the environment, as a pilot has them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stamp")
    parser.add_argument("--url", required=True)
    parser.add_argument("--lines", type=int, default=5, help="lines a command")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between lines")
    parser.add_argument("--end", default="0", help='return code; "never" waits to be killed')
    options = parser.parse_args(words)
    connection = Connection(options.url, os.environ["X509_CERT_DIR"], os.environ["X509_USER_PROXY"])
    logger = StockLogger(connection, options.stamp)
    run(logger, options.lines, options.pause, None if options.end == "never" else options.end)


if __name__ == "__main__":
    sys.exit(main())
