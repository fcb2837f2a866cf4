"""Broken TLS connections cost no other connection its own; see the real thing in integration_tests/test_tls.py."""

import collections
import collections.abc
import functools
import subprocess
import sys

if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
from M2Crypto import m2
from tornado_m2crypto.m2iostream import M2IOStream

from PilotLoggingDIRAC.transport.guards.tls_errors import guard_tls


def test_without_m2crypto_the_guard_does_nothing():
    program = (
        "import sys; sys.modules['tornado_m2crypto'] = None\n"
        "from PilotLoggingDIRAC.transport.guards.tls_errors import guard_tls; guard_tls()"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_operation_that_a_library_has_wrapped_is_guarded(monkeypatch):
    steps = []
    for name in ("_do_ssl_handshake", "read_from_fd", "write_to_fd"):
        original = getattr(M2IOStream, name)
        monkeypatch.setattr(M2IOStream, name, functools.wraps(original)(lambda *arguments: steps.append("read")))
    monkeypatch.setattr(m2, "err_clear_error", lambda: steps.append("empty"))
    guard_tls()
    guard_tls()
    M2IOStream.read_from_fd(None)
    assert steps == ["empty", "read"]
