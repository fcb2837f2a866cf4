"""Broken TLS connections cost no other connection its own; see the real thing in integration_tests/test_tls.py."""

import subprocess
import sys


def test_without_m2crypto_the_guard_does_nothing():
    program = (
        "import sys; sys.modules['tornado_m2crypto'] = None\n"
        "from PilotLoggingDIRAC.transport.guards.tls_errors import guard_tls; guard_tls()"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
