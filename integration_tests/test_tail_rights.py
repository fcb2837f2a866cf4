"""A watcher of a log who loses the right is cut off in the stated time, on a DIRAC whose configuration is served."""

import http.client
import ssl
import time
import uuid

import pytest

from .pilot import Connection, pilot_line
from .stack import Stack, world
from .stack.configuration_server import REFRESH_SECONDS

ALPHA = world.ALPHA.name
RECHECK_SECONDS = 2
USERS = "/Registry/Groups/alpha_operator/Users"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A stack with a configuration server."""
    with Stack(tmp_path_factory.mktemp("served"), configuration_server=True) as stack:
        stack.component_options["tornado"] = {
            "/Systems/WorkloadManagement/APIs/PilotLogs/RecheckSeconds": RECHECK_SECONDS
        }
        stack.up()
        yield stack


class Watcher:
    """Somebody who watches a log."""

    def __init__(self, stack, user, stamp):
        context = ssl.create_default_context(capath=str(stack.pki.certificates))
        context.load_cert_chain(str(stack.proxy(user)))
        connection = http.client.HTTPSConnection("localhost", stack.ports["tornado"], context=context, timeout=60)
        connection.request("GET", f"/pilotlogs/api/log/{ALPHA}/{stamp}/tail")
        self._answer = connection.getresponse()
        self.status = self._answer.status

    def until(self, text, seconds=60):
        """Read until a line has the text, or the stream ends; whether it came."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (line := self._line()):
            if text and text in line:
                return True
        return False

    def _line(self):
        try:
            return self._answer.readline().decode()
        except (OSError, http.client.HTTPException):
            return ""


def test_who_is_taken_out_of_the_group_sees_no_more(served):
    stamp = uuid.uuid4().hex
    pilot = Connection(
        served.url("WorkloadManagement", "TornadoPilotLogging"), served.pki.certificates, served.proxy("pila")
    )
    assert pilot.send(pilot_line("first"), stamp)["OK"]
    idle, admin = Watcher(served, "opal", stamp), Watcher(served, "admin", stamp)
    assert idle.until("first") and admin.until("first")
    served.set_option(USERS, "somebody")
    began = time.monotonic()
    assert not idle.until(None), "the stream goes on"
    took = time.monotonic() - began
    print(f"cut off after {took:.1f} s")
    assert took <= 2 * REFRESH_SECONDS + RECHECK_SECONDS + 5
    assert pilot.send(pilot_line("second"), stamp)["OK"]
    assert admin.until("second")
    assert Watcher(served, "opal", stamp).status == 401
