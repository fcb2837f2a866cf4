"""The collector over DISET: the same methods, the same refusals, one log whichever way its text came."""

import json
import socket
import ssl
import sys
import time
from contextlib import suppress

import pytest

from PilotLoggingDIRAC.pilotlog.settings import BodySettings

from . import rpc
from .pilot import pilot_line
from .raw import Usage
from .test_collector import ALPHA, BAD_ARGUMENTS, BETA
from .waiting import stored

SERVICE = "WorkloadManagement/PilotLogging"


def send(stack, user, text, stamp, vo=ALPHA):
    answer = rpc.call(stack, user, SERVICE, "sendMessage", json.dumps(text), stamp, vo)
    stored(stack)
    return answer


def text_of(stack, user, vo, stamp):
    return rpc.value(stack, user, SERVICE, "getLog", vo, stamp)["Text"]


def test_text_sent_over_diset_reads_back_over_both_protocols(stack, connect, stamp):
    first, second = pilot_line("one"), pilot_line("two")
    assert send(stack, "pila", first, stamp)["OK"]
    assert send(stack, "pila", first + second, stamp)["Value"]["RepeatedBytes"] == len(first)
    assert rpc.call(stack, "pila", SERVICE, "finaliseLogs", json.dumps({"retCode": "0"}), stamp, ALPHA)["OK"]
    stored(stack)
    assert text_of(stack, "opal", ALPHA, stamp) == first + second
    assert connect("opal").call("getLogs", stamp, ALPHA)["Value"]["StdOut"] == first + second
    assert rpc.value(stack, "opal", SERVICE, "getPilotLogs", {"PilotStamp": stamp})["TotalRecords"] == 1


def test_a_host_says_for_which_vo_it_sends_and_others_do_not(stack, stamp):
    assert send(stack, None, "for beta\n", stamp, BETA)["OK"]
    assert text_of(stack, "opbert", BETA, stamp) == "for beta\n"
    assert send(stack, "pila", "for alpha\n", stamp, BETA)["OK"]
    assert text_of(stack, "opal", ALPHA, stamp) == "for alpha\n"


@pytest.mark.parametrize(
    "name",
    ["payload a dictionary", "broken payload", "too few arguments", "too many arguments", "stamp a path", "stamp None"],
)
def test_bad_messages_are_refused_clearly(stack, name):
    answer = rpc.call(stack, "pila", SERVICE, "sendMessage", *BAD_ARGUMENTS[name])
    assert not answer["OK"]
    assert "Internal" not in answer["Message"] and "Traceback" not in str(answer)


def test_status_and_metadata_are_for_operators(stack):
    assert rpc.value(stack, "opal", SERVICE, "getStatus")["Database"] == "available"
    assert rpc.value(stack, "opal", SERVICE, "getMetadata")["Storage"] == "PilotLoggingDB"
    assert not rpc.call(stack, "alice", SERVICE, "getStatus")["OK"]


def test_a_collector_that_is_told_to_stop_has_kept_everything(stack, stamp):
    assert send(stack, "pila", "kept\n", stamp)["OK"]
    stack.restart("PilotLogging")
    assert text_of(stack, "opal", ALPHA, stamp) == "kept\n"


SEND_MUCH = """
import json, sys
import DIRAC
DIRAC.initialize(require_auth=False)
from DIRAC.Core.Base.Client import Client
number, character, stamp = int(sys.argv[1]), sys.argv[2], sys.argv[3]
answer = Client(url="WorkloadManagement/PilotLogging").sendMessage(json.dumps(character * number), stamp, "vo")
print(json.dumps([answer["OK"], answer.get("Message", "")]))
"""


@pytest.mark.parametrize(
    ("number", "character"), [(4_100_000, "x"), (100_000_000, "x"), (110_000_000, "x"), (1_500_000, "😀")]
)
def test_a_large_message_costs_little_memory_and_one_that_is_too_large_is_refused(stack, stamp, number, character):
    assert send(stack, "pila", "text", stamp)["OK"]
    usage = Usage(stack.pid("PilotLogging"))
    done = stack.run([sys.executable, "-c", SEND_MUCH, number, character, stamp], user="pila")
    taken, message = json.loads(done.stdout.splitlines()[-1])
    print(f"growth {usage.growth:.1f} MB, {usage.cpu_seconds:.2f} s of CPU, {message}")
    assert taken == (number * len(character.encode()) < BodySettings().max_body_bytes)
    assert usage.growth <= 64 and "Internal" not in message
    assert send(stack, "pila", "text", stamp)["OK"]


PROPOSAL = json.dumps({"OK": True, "Value": [[SERVICE, "None", ALPHA], ["RPC", "sendMessage"], "", "v9"]}).encode()


@pytest.mark.parametrize(
    "begun", [b"", b"500", b'50000000:{"OK": true, "Value": ["\\"text'], ids=["", "length", "text"]
)
def test_a_sender_that_closes_before_its_arguments_are_there_keeps_no_thread(stack, begun):
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    context.load_cert_chain(str(stack.proxy("pila")))
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", stack.ports["PilotLogging"]), timeout=10) as plain:
            connection = context.wrap_socket(plain, server_hostname="localhost")
            connection.sendall(b"%d:%s" % (len(PROPOSAL), PROPOSAL))
            assert b'"OK": true' in connection.recv(10_000)
            connection.sendall(begun)
            with suppress(OSError):  # the service may be the first to close
                connection.unwrap()
    assert rpc.call(stack, "opal", SERVICE, "ping")["OK"]
    usage = Usage(stack.pid("PilotLogging"))
    time.sleep(1)
    assert usage.cpu_seconds < 0.3


def test_a_call_is_made_with_the_configuration_as_it_is_then(stack):
    assert rpc.call(stack, "opal", SERVICE, "ping")["OK"]
    stack.set_option("/Systems/WorkloadManagement/URLs/PilotLogging", f"dips://localhost:1/{SERVICE}")
    try:
        assert not rpc.call(stack, "opal", SERVICE, "ping")["OK"]
    finally:
        stack.reset_options()
    assert rpc.call(stack, "opal", SERVICE, "ping")["OK"]
