"""A caller is who the connection's certificate names, in a group that the Registry lists for that user; nobody else."""

import http.client
import json
import ssl
import threading
import time
import uuid
from urllib.parse import quote

import pytest

from . import diset, grid
from .pilot import Connection, pilot_line
from .stack import world

ALPHA, BETA = world.ALPHA.name, world.BETA.name
COLLECTOR, OVER_DISET = ("WorkloadManagement", "TornadoPilotLogging"), "WorkloadManagement/PilotLogging"
#: A user who names a group that is somebody else's, and the group that is the user's own.
FORGERS = (
    ("alice", "dirac_admin"),
    ("pila", "beta_pilot"),
    ("opal", "beta_operator"),
    ("joan", "hosts"),
    ("bob", "no_such"),
)
LINE = "a\n2026-11-21 08:00:00 UTC Tornado/PilotLogging/Audit NOTICE: Read by=impostor@impostor"


def over_https(stack, credentials, method, *arguments, **more):
    """DIRAC's answer of the collector; a caller who is not let in gets a status."""
    connection = Connection(stack.url(*COLLECTOR), stack.pki.certificates, credentials)
    status, answer = connection.post({"method": method, "args": json.dumps(arguments)} | more)
    return answer if status == 200 else {"OK": False, "status": status}


def get(stack, credentials, path, **headers):
    """(status, body) of a GET; credentials None: without a certificate."""
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    if credentials:
        context.load_cert_chain(
            *((f"{credentials}/hostcert.pem", f"{credentials}/hostkey.pem") if credentials.is_dir() else (credentials,))
        )
    connection = http.client.HTTPSConnection("localhost", stack.ports["tornado"], context=context, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read(100) if path.endswith("/tail") else answer.read()  # that of a tail has no end
    connection.close()
    return answer.status, body.decode(errors="replace")


@pytest.fixture(scope="module")
def forged(stack):
    """``forged[user]``: a proxy of the user's own certificate that names a group of somebody else."""
    return {user: stack.make_proxy(f"{user}_forged", user, group) for user, group in FORGERS}


@pytest.fixture
def other(stack, connect, stamp):
    """(stamp, text) of a log of the second VO."""
    text = pilot_line(f"of beta {uuid.uuid4()}")
    assert connect("pilb").send(text, stamp, BETA)["OK"]
    return stamp, text


def attempts(stamp):
    """Return what somebody in a foreign group tries."""
    return [
        ("whoami",), ("getStatus",), ("getUsage",), ("getMetadata",), ("getPilotLogs", {"PilotStamp": stamp}),
        ("getLog", BETA, stamp), ("getLogs", stamp, BETA), ("getLogTail", BETA, stamp, 10),
        ("searchLogs", {"PilotStamp": stamp}, "of", {}), ("sendMessage", json.dumps("forged\n"), stamp, BETA),
        ("finaliseLogs", json.dumps({"retCode": "1"}), stamp, BETA),
        ("deleteLogs", {"VO": BETA, "PilotStamp": stamp}, True), ("retryArchiving", {"PilotStamp": stamp}),
        ("releaseQuarantine",),
    ]  # fmt: skip


@pytest.mark.parametrize("user", [user for user, _ in FORGERS])
def test_a_group_that_is_not_the_user_s_gives_nothing_over_https(stack, connect, forged, other, user):
    for _ in range(2):
        assert connect(user).call("whoami")["OK"]
        for method, *arguments in attempts(other[0]):
            answer = over_https(stack, forged[user], method, *arguments)
            assert answer == {"OK": False, "status": 401}, (method, answer)
    assert connect("opbert").call("getLogs", other[0], BETA)["Value"]["StdOut"] == other[1]


@pytest.mark.parametrize("user", [user for user, _ in FORGERS])
def test_a_group_that_is_not_the_user_s_gives_nothing_over_diset(stack, connect, forged, other, user, tmp_path):
    wanted = [(OVER_DISET, "whoami", [], str(stack.proxy(user)))]
    wanted += [(OVER_DISET, method, list(arguments), str(forged[user])) for method, *arguments in attempts(other[0])]
    honest, *answers = diset.calls(stack, wanted, tmp_path)
    assert honest["Value"]["username"] == user
    assert answers.pop(0)["Value"]["username"] == "anonymous"  # DIRAC's own: over DISET it answers strangers too
    assert [answer for answer in answers if answer["OK"]] == []
    assert connect("opbert").call("getLogs", other[0], BETA)["Value"]["StdOut"] == other[1]


def test_a_group_that_is_not_the_user_s_gives_nothing_of_other_services(stack, connect, forged, tmp_path):
    pilot, job = grid.add_pilot(stack, world.BETA), 700_000
    assert connect("pilb").send("text\n", pilot.stamp, BETA)["OK"]
    grid.match_job(stack, job, pilot)
    asked = (
        ("Monitoring/WebApp", "getPilotOutput", pilot.reference),
        ("WorkloadManagement/WMSAdministrator", "getJobPilotOutput", job),
        ("WorkloadManagement/TornadoWMSAdministrator", "getJobPilotOutput", job),
        ("WorkloadManagement/PilotManager", "getPilotOutput", pilot.reference),
    )
    for service, method, argument in asked:
        for user in ("alice", "opal"):
            wanted = [(service, "whoami", [], str(stack.proxy(user))), (service, method, [argument], str(forged[user]))]
            for call in wanted:
                (answer,) = diset.calls(stack, [call], tmp_path)
                assert answer["OK"] is (call is wanted[0]), (service, user, answer)


@pytest.mark.parametrize(
    "path",
    [
        "/pilotlogs/api/me",
        "/pilotlogs/api/logs",
        "/pilotlogs/api/log/{vo}/{stamp}/text",
        "/pilotlogs/api/log/{vo}/{stamp}/tail",
        "/metrics",
    ],
)
def test_a_group_that_is_not_the_user_s_gives_nothing_of_page_and_metrics(stack, forged, other, path):
    for user in ("alice", "opal"):
        assert get(stack, stack.proxy(user), "/pilotlogs/api/me")[0] == 200
        get(stack, stack.proxy(user), "/metrics")
        status, body = get(stack, forged[user], path.format(vo=BETA, stamp=other[0]))
        assert status == 401, body


def test_a_host_speaks_for_a_user_in_the_user_s_groups_only(stack):
    as_alice, as_admin = (json.dumps([world.dn("alice"), group]) for group in ("alpha_user", "dirac_admin"))
    for _ in range(2):
        host = Connection(stack.url(*COLLECTOR), stack.pki.certificates, stack.pki.host_folder())
        host.is_host = False
        assert host.post({"method": "whoami", "args": "[]", "extraCredentials": as_alice})[0] == 200
        assert host.post({"method": "whoami", "args": "[]", "extraCredentials": as_admin})[0] == 401
        assert get(stack, stack.pki.host_folder(), f"/pilotlogs/api/me?extraCredentials={quote(as_alice)}")[0] == 200
        assert get(stack, stack.pki.host_folder(), f"/pilotlogs/api/me?extraCredentials={quote(as_admin)}")[0] == 401


class Flood(threading.Thread):
    """Calls in a foreign group, some a second, until it ends."""

    def __init__(self, call, a_second=25):
        super().__init__(daemon=True)
        self._call, self._pause = call, 1 / a_second
        self._over = threading.Event()
        self.calls = self.passed = 0

    def run(self):
        """Call."""
        while not self._over.wait(self._pause):
            self.passed += bool(self._call()["OK"])
            self.calls += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self._over.set()
        self.join(60)


def test_forged_calls_under_its_name_do_not_keep_a_pilot_from_its_log(stack, stamp):
    """Each has a DN that the server has not seen yet: what it keeps, it learns from the forger."""
    stack.restart("tornado")
    credentials = stack.make_proxy("pila_forged", "pila", "beta_pilot")
    pilot = Connection(stack.url(*COLLECTOR), stack.pki.certificates, stack.proxy("pila"))
    floods = [Flood(lambda: over_https(stack, credentials, "sendMessage", '"x\\n"', stamp, BETA), 13) for _ in range(2)]
    assert not over_https(stack, credentials, "whoami")["OK"]
    statuses = []
    with floods[0], floods[1]:
        while floods[0].calls < 100:
            statuses.append(pilot.post(pilot.message(f"line {len(statuses)}\n", stamp))[0])
            time.sleep(0.05)
    print(f"{sum(flood.calls for flood in floods)} forged, {len(statuses)} of the pilot")
    assert set(statuses) == {200}
    assert [flood.passed for flood in floods] == [0, 0]


def test_a_forged_call_before_the_first_honest_one_changes_nothing_over_diset(stack, tmp_path):
    stack.restart("PilotLogging")
    forged = stack.make_proxy("serge_forged", "serge", "beta_operator")
    for proxy, passes in ((forged, False), (stack.proxy("serge"), True), (forged, False), (stack.proxy("serge"), True)):
        (answer,) = diset.calls(stack, [(OVER_DISET, "getStatus", [], str(proxy))], tmp_path)
        assert answer["OK"] is passes, answer


def test_who_names_no_group_gets_the_default_one(stack, stamp):
    stack.make_proxy("alice_nogroup", "alice")
    for _ in range(2):
        who = over_https(stack, stack.proxy("alice_nogroup"), "whoami")["Value"]
        assert (who["username"], who["group"]) == ("alice", "alpha_user")


ODD = ("\n", "\r", "\x0b", "\x85", "\u2028", "\x1b[2K")


def logs_of(stack):
    """All that the services wrote, as those see it who take any line break for one."""
    return [
        line
        for name in ("tornado", "PilotLogging", "WMSAdministrator", "WebApp")
        for line in stack.log(name).read_text().splitlines()
    ]


def own_lines(stack):
    """The lines that begin as somebody wanted."""
    return [line for line in logs_of(stack) if line.startswith(LINE.splitlines()[1])]


def claims(number):
    """Extra credentials with a forged line in them, as JSON."""
    text = LINE.replace("\n", ODD[number])
    return [json.dumps(text), json.dumps([text, "x"]), json.dumps(["/CN=x", text]), json.dumps({"a": text}), f'"{text}']


@pytest.mark.parametrize("path", ["/pilotlogs/api/me", "/pilotlogs/", "/metrics"])
@pytest.mark.parametrize("user", ["alice", "evil", "host"])
def test_extra_credentials_forge_no_line_of_page_and_metrics(stack, path, user):
    credentials = stack.pki.host_folder() if user == "host" else stack.make_proxy(f"{user}_plain", user)
    for claim in (claim for number in range(len(ODD)) for claim in claims(number)):
        assert get(stack, credentials, f"{path}?extraCredentials={quote(claim)}")[0] >= 400
    assert own_lines(stack) == []


@pytest.mark.parametrize("service", ["TornadoPilotLogging", "TornadoWMSAdministrator"])
def test_extra_credentials_and_methods_forge_no_line_of_services(stack, service):
    for name in ("alice", "evil"):
        connection = Connection(stack.url("WorkloadManagement", service), stack.pki.certificates, stack.proxy(name))
        for number in range(len(ODD)):
            for claim in claims(number):
                assert connection.post({"method": "whoami", "args": "[]", "extraCredentials": claim})[0] >= 400
            assert connection.post({"method": LINE.replace("\n", ODD[number]), "args": "[]"})[0] >= 400
    assert own_lines(stack) == []


def test_a_proxy_s_group_forges_no_line(stack, tmp_path):
    for number, character in enumerate(filter(str.isascii, ODD)):
        proxy = stack.make_proxy(f"forger{number}", "evil", LINE.replace("\n", character))
        for path in ("/pilotlogs/api/me", "/metrics"):
            assert get(stack, proxy, path)[0] == 401
        assert not over_https(stack, proxy, "whoami")["OK"]
        wanted = [
            (OVER_DISET, "getStatus", [], str(proxy)),
            ("WorkloadManagement/WMSAdministrator", "getJobPilotOutput", [1], str(proxy)),
        ]
        assert not any(answer["OK"] for answer in diset.calls(stack, wanted, tmp_path))
    assert own_lines(stack) == []


def test_a_method_over_diset_forges_no_line(stack, tmp_path):
    for character in ODD:
        wanted = [("WorkloadManagement/" + service, LINE.replace("\n", character), [], str(stack.proxy("alice")))
                  for service in ("PilotLogging", "WMSAdministrator")]  # fmt: skip
        assert not any(answer["OK"] for answer in diset.calls(stack, wanted, tmp_path))
    assert own_lines(stack) == []


def test_what_comes_around_a_request_forges_no_line(stack):
    """Path and headers as a client can send them: a bare CR, and what else breaks lines for some."""
    import socket

    text = LINE.splitlines()[1].replace(" ", "")
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    context.load_cert_chain(str(stack.proxy("alice")))
    for character in ("\r", "\x0b", "\x85", "\x0c"):
        for path in ("/pilotlogs/", "/metrics", "/WorkloadManagement/TornadoPilotLogging", "/nowhere"):
            headers = f"Host: localhost\r\nUser-Agent: a{character}{text}\r\nConnection: close"
            request = f"GET {path}{character}{text} HTTP/1.1\r\n{headers}\r\n\r\n"
            plain = socket.create_connection(("localhost", stack.ports["tornado"]), timeout=30)
            with context.wrap_socket(plain, server_hostname="localhost") as sock:
                sock.sendall(request.encode("latin-1"))
                while sock.recv(65536):
                    pass
    assert [line for line in logs_of(stack) if line.startswith(text)] == []
