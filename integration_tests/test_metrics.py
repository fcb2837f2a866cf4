"""Prometheus' view: who may scrape, figures that move, alarm rules, each query of the dashboard on real figures."""

import json
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest

from . import grid
from .stack import ending, ports, world
from .stack.components import SECOND_TORNADO
from .stack.environment import TOP
from .waiting import until

MONITORING = TOP / "monitoring"
HOST = "extraCredentials=%22hosts%22"


def get(stack, user, path, component="tornado"):
    """(HTTP status, text) of what a Tornado answers to somebody with a certificate."""
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    context.load_cert_chain(stack.pki.certificate(user), stack.pki.key(user))
    try:
        with urllib.request.urlopen(
            f"https://localhost:{stack.ports[component]}{path}", timeout=30, context=context
        ) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def scrape(stack, user="host", query=HOST, component="tornado"):
    """(HTTP status, text) of the metrics of a Tornado."""
    return get(stack, user, f"/metrics?{query}", component)


def value(text, name):
    return next(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


@pytest.mark.parametrize(("user", "query", "status"), [
    ("host", HOST, 200), ("opal", "", 200), ("admin", "", 200), ("alice", "", 401), ("pila", "", 401),
    ("host", "", 401), ("evil", "", 401),
])  # fmt: skip
def test_hosts_and_operators_may_scrape_and_nobody_else(stack, user, query, status):
    assert scrape(stack, user, query)[0] == status


def test_figures_move_with_what_is_sent_and_refused(stack, connect):
    before = scrape(stack)[1]
    pilot, stamp = connect("pila"), uuid.uuid4().hex
    pilot.send("x" * 999 + "\n", stamp)
    pilot.call("sendMessage", {"a": 1}, stamp, "unknown")
    expected = {
        "messages_stored_total": 1,
        "bytes_stored_total": 1000,
        "answer_seconds_count": 1,
        "group_messages_count": 1,
    }

    def moved():
        after = scrape(stack)[1]
        return {name: value(after, f"pilotlog_{name}") - value(before, f"pilotlog_{name}") for name in expected}

    until(lambda: moved() == expected, seen=moved)
    after = scrape(stack)[1]
    assert (
        'pilotlog_messages_refused_total{collector="WorkloadManagement/TornadoPilotLogging",reason="InvalidInput"}'
        in after
    )


def test_pilots_are_told_by_site_and_outcome(stack, connect):
    def failed():
        return value(scrape(stack)[1], f'pilotlog_pilots{{outcome="failed",site="{world.ALPHA.site}"}}')

    known = grid.add_pilot(stack)
    pilot = connect("pila")
    pilot.send("text\n", known.stamp)
    until(lambda: world.ALPHA.site in scrape(stack)[1])
    before = failed()
    pilot.finalise(known.stamp, "1")
    until(lambda: failed() == before + 1, seen=failed)


def test_each_process_tells_its_own_figures_and_all_tell_those_of_the_database(stack, connect):
    connect("pila").send("text\n", uuid.uuid4().hex)
    stack.start(SECOND_TORNADO)
    try:
        second = scrape(stack, component=SECOND_TORNADO)[1]
        assert value(second, "pilotlog_messages_stored_total") == 0 and value(second, "pilotlog_database_up") == 1
        assert value(second, 'pilotlog_logs{state="Receiving"}') >= 1
    finally:
        stack.stop(SECOND_TORNADO)


def test_alarm_rules_are_good_and_ring_when_they_should():
    for words in (["check", "rules", "alarms.yml"], ["test", "rules", "alarms_test.yml"]):
        done = subprocess.run(["promtool", *words], cwd=MONITORING, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def scrape_job(stack):
    """Return a job of Prometheus that scrapes the stack every second, as a host."""
    tls = {
        "ca_file": stack.pki.certificate("ca"),
        "cert_file": stack.pki.certificate("host"),
        "key_file": stack.pki.key("host"),
    }
    return {
        "job_name": "pilotlogs", "scheme": "https", "scrape_interval": "1s",
        "params": {"extraCredentials": ['"hosts"']}, "tls_config": {name: str(path) for name, path in tls.items()},
        "static_configs": [{"targets": [f"localhost:{stack.ports['tornado']}"]}],
    }  # fmt: skip


@pytest.fixture
def prometheus(stack, tmp_path):
    """A Prometheus that scrapes the stack; gives a function that asks it."""
    port = ports.choose(["prometheus"])["prometheus"]
    config = {"scrape_configs": [scrape_job(stack)], "rule_files": [str(MONITORING / "alarms.yml")]}
    (tmp_path / "prometheus.yml").write_text(json.dumps(config))  # which is YAML too
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            ending.tied(["prometheus", "--config.file", tmp_path / "prometheus.yml", "--storage.tsdb.path",
             tmp_path / "data", "--web.listen-address", f"127.0.0.1:{port}"]), stdout=log, stderr=log,
        )  # fmt: skip

    def ask(query):
        url = f"http://127.0.0.1:{port}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            if error.code == 503:  # it is starting
                return []
            raise AssertionError(f"{query}: {error.read().decode()}") from None
        except OSError:
            return []

    yield ask
    process.terminate()
    process.wait(20)


def test_each_query_of_the_dashboard_finds_something(stack, connect, prometheus):
    until(lambda: prometheus('up{job="pilotlogs"} == 1'))
    pilot, stamp = connect("pila"), uuid.uuid4().hex
    pilot.send("text\n", stamp)
    pilot.finalise(stamp)
    pilot.call("sendMessage", {"a": 1}, stamp, "unknown")
    sent = time.time()
    until(lambda: float(prometheus('timestamp(up{job="pilotlogs"})')[0]["value"][1]) > sent)  # one scrape lies between
    pilot.send("more\n", stamp)
    assert get(stack, "opal", "/pilotlogs/api/logs")[0] == 200  # a page that nobody has opened has no figures
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(queries) > 15

    def silent():
        return [query for query in queries if not prometheus(query)]

    until(lambda: not silent(), seen=silent)
