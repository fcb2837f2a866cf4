"""Every method that we export, as every role, for own and foreign logs, over both transports: the table tells.

The table is ``access_matrix.csv``, which the administrator guide shows. A method without a line in it fails here.
"""

import json
import sys

import pytest

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

from . import access_calls, grid
from .access_calls import NO_ANSWER, NOT_ALLOWED, NOT_AUTHORISED, NOT_FOUND, READING, ROLES, Call
from .issuer import Issuer
from .stack import world
from .test_no_tokens import asked
from .waiting import stored, until

ROWS = list(access_calls.rows())
#: DIRAC is told of a balancer that passes certificates on in headers; ours are told of none.
BEHIND_A_BALANCER = {"/WebApp/Balancer": "nginx"}
ALPHA = world.ALPHA.name
VERDICTS = {NOT_ALLOWED: "no", NOT_FOUND: "none", NOT_AUTHORISED: "401", NO_ANSWER: "401"}


@pytest.fixture(scope="module")
def issuer(stack):
    """An issuer of tokens that speaks for the first VO."""
    with Issuer(stack.pki) as issuer:
        yield issuer


def tokens(stack, issuer):
    """One of each name in ROLES."""
    return {
        "pila": issuer.token(stack, "pila", "alpha_pilot", world.PILOT_PROPERTIES),
        "opal": issuer.token(stack, "opal", "alpha_operator", ("NormalUser", "Operator")),
        "limited": issuer.token(stack, "opal", "alpha_operator", ("NormalUser",)),
        "expired": issuer.token(stack, "opal", "alpha_operator", ("Operator",), seconds=-600),
        "group": issuer.token(stack, "alice", "alpha_operator", ("Operator",)),
        "vo": issuer.token(stack, "opbert", "beta_operator", ("Operator",)),
    }


def let_in(stack, token):
    """Return whether a Tornado lets somebody in by a token: it has fetched the issuer's keys."""
    return asked(stack, "TornadoPilotLogging", "whoami", token)[0] == 200


@pytest.fixture(scope="module")
def answers(stack, connect, issuer, tmp_path_factory):
    """Return DIRAC's answers to all calls of the table, by row, of services that have seen the logs' makers only."""
    options = BEHIND_A_BALANCER | issuer.options(ALPHA, ("pila", "opal", "alice", "opbert"))
    # CEs that have nothing: without the pilots' proxies DIRAC makes keys for each call, which takes half a second
    options |= grid.ce_options(tmp_path_factory.mktemp("ce"))
    grid.store_pilot_proxies(stack)
    services = ("tornado", "PilotLogging", "WMSAdministrator", "ProxyManager", *grid.READING_SERVICES)
    with grid.changed(stack, options, services):
        calls, bearers = (
            list(access_calls.make_calls(access_calls.make_subjects(stack, connect))),
            tokens(stack, issuer),
        )
        until(lambda: let_in(stack, bearers["pila"]))
        found = {}
        for call, answer in access_calls.answer_all(stack, calls, tmp_path_factory.mktemp("calls"), bearers):
            found.setdefault(call.row, []).append((call, answer))
        stored(stack)
        yield found


def verdict(stack, call: Call, answer):
    """Return what became of a call, in the table's words; anything but the right data is told as it is."""
    if not answer["OK"]:
        if call.method == "replayLogs" and answer.get("Errno") == InvalidInput.errno:
            return "yes"  # there is no such destination: the caller was let through
        return VERDICTS.get(answer.get("Errno"), str(answer))
    if call.method in ("sendMessage", "finaliseLogs", "importLog"):
        return written(stack, call)
    if call.method in READING:
        return read(call, answer["Value"])
    return "yes" if right(call, answer["Value"]) else str(answer)


def written(stack, call):
    """Return whether it was stored, and if not for the VO that was named, then for the caller's own."""
    statement = "SELECT VO, NumberOfBytes, ReturnCode FROM PilotLogs WHERE PilotStamp = %s"
    ((vo, size, code),) = stack.sql("PilotLoggingDB", statement, (call.stamp,))
    as_sent = code == "0" if call.method == "finaliseLogs" else size == 5
    names = {world.ALPHA.name: "own"} | {call.vo: "yes"}
    return names[vo] if as_sent else f"{size} bytes, code {code}"


def read(call, value):
    """Return whether the answer is the one log that was asked for."""
    if call.method == "getPilotLogs":
        records = [dict(zip(value["ParameterNames"], record, strict=True)) for record in value["Records"]]
        assert value["TotalRecords"] == len(records)
        stamps = [record["PilotStamp"] for record in records]
        return {(): "none", (call.subject.pilot.stamp,): "yes"}.get(tuple(stamps), str(stamps))
    if call.method == "searchLogs":
        found = [(hit["PilotStamp"], hit["Text"] + "\n") for hit in value["Hits"]]
        whole = (call.subject.pilot.stamp, call.subject.text)
        assert value["Extent"]["here"][0] == len(found)
        return {(): "none", (whole,): "yes"}.get(tuple(found), str(found))
    if call.method == "getPilotLoggingInfo":
        return "yes" if call.subject.pilot.stamp in value else value
    text = value["Text"] if call.method in ("getLog", "getLogTail") else value["StdOut"]
    whole = f"# PilotJobReference: {call.subject.pilot.reference}\n\n{call.subject.text}\n"
    expected = whole if call.method == "getJobPilotOutput" else call.subject.text
    return "yes" if text == expected else text


def right(call, value):
    """Return whether a value is that of a method that reads no log."""
    return {
        "getStatus": lambda: value["Database"] == "available",
        "getUsage": lambda: {"VOs", "StoredBytes", "Failures"} <= set(value),
        "getMetadata": lambda: value["Storage"] == "PilotLoggingDB",
        "deleteLogs": lambda: value["Logs"] == 0,
        "retryArchiving": lambda: value == 0,
        "diagnoseAgain": lambda: value == 0,
        "getReplays": lambda: isinstance(value, list),
        "stopReplay": lambda: value is False,
        "getCauses": lambda: {"Groups", "Logs", "More"} <= set(value),
        "getUnknownFailures": lambda: isinstance(value, list),
        "releaseQuarantine": lambda: value == 0,
        "ping": lambda: value["name"] == call.service,
        "echo": lambda: value == "hello",
        "whoami": lambda: "username" in value or value["DN"],
        "refreshConfiguration": lambda: True,
    }[call.method]()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_role_gets_what_the_table_says(stack, answers, row):
    expected = {
        (role, transport, turn): row.expected[role]
        for role in ROLES for transport in row.transports for turn in access_calls.turns(role) if asks(role, transport)
    }  # fmt: skip
    assert {
        (call.role, call.transport, call.turn): verdict(stack, call, answer) for call, answer in answers[row]
    } == expected


def asks(role, transport):
    """Without a certificate nobody can as much as ask over DISET; see the test of that."""
    return access_calls.has_certificate(role) or transport == access_calls.HTTPS


def test_columns_are_the_roles():
    assert access_calls.header() == list(ROLES)


def test_refusals_don_t_tell_whether_the_log_exists(answers):
    """All refusals of one reading method to one role over one transport are the same, whatever was asked for."""
    refusals = {}
    for call, answer in (pair for pairs in answers.values() for pair in pairs):
        if call.method in READING and answer.get("Errno") == NOT_ALLOWED:
            refusals.setdefault((call.row.method, call.role, call.transport), {})[call.row.whose] = json.dumps(answer)
    assert len(refusals) > 80
    assert {key: found for key, found in refusals.items() if len(set(found.values())) > 1} == {}
    assert all("other VO, absent" in found for found in refusals.values())


_EXPORTS = """
import importlib, json, pkgutil
import integration_tests.stack.tls
import PilotLoggingDIRAC as ours
found = []
for module in pkgutil.walk_packages(ours.__path__, "PilotLoggingDIRAC."):
    name = module.name.split(".")[-1]
    if ".Service." in module.name and name.endswith("Handler"):
        handler = getattr(importlib.import_module(module.name), name)
        bases = handler.__mro__ if "PilotLoggingHandler" in name else [
            base for base in handler.__mro__ if base.__module__.startswith("PilotLoggingDIRAC")]
        names = {key[7:] for base in bases for key in vars(base) if key.startswith("export_")}
        found += [(name.removesuffix("Handler"), method) for method in sorted(names)]
print(json.dumps(found))
"""


def test_every_exported_method_has_its_lines(stack):
    """Of the collector all methods, also those that DIRAC gives every service; of the others, ours."""
    done = stack.run([sys.executable, "-c", _EXPORTS])
    assert done.returncode == 0, done.stderr
    exported = {(name, method) for name, method in json.loads(done.stdout.splitlines()[-1])}
    assert {
        ("PilotLogging", "getLog"),
        ("TornadoPilotLogging", "sendMessage"),
        ("WebApp", "getPilotOutput"),
    } <= exported
    asked = {(call.service.split("/")[1], call.method) for call in access_calls.make_calls(dict.fromkeys(whose_all()))}
    assert exported == asked


def whose_all():
    return {row.whose for row in ROWS}


def test_diset_takes_no_connection_without_a_certificate(stack):
    import socket
    import ssl

    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    context.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", stack.ports["PilotLogging"]), timeout=10) as plain,
        pytest.raises(OSError),
        context.wrap_socket(plain) as connection,
    ):
        connection.sendall(b"hello")
        assert connection.recv(1) == b""
        raise ConnectionResetError("closed without a word")
