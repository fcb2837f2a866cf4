"""The dashboards in ``monitoring/`` ask a real OpenSearch: each panel's query, out of its file, finds its figures."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from PilotLoggingDIRAC.adapters.destinations.opensearch import OpenSearchDestination
from PilotLoggingDIRAC.adapters.destinations.opensearch_server import OpenSearchServer
from PilotLoggingDIRAC.pilotlog.forward.record import Kind
from tests.destination_contract import VO, event, line

from . import engines
from .stack.destinations import PASSWORD, USER
from .stack.environment import TOP

PREFIX = "shown-"
GRAFANA = json.loads((TOP / "monitoring/dashboard-opensearch.json").read_text())
SAVED = list(map(json.loads, (TOP / "monitoring/opensearch-dashboards.ndjson").read_text().splitlines()))
BEGAN = datetime(2026, 11, 21, 8)

#: By panel, the counts of each value of the innermost property.
EXPECTED = {
    "Failures by site": {"LCG.Here.org": 2, "LCG.There.org": 1},
    "Causes": {"disk-full": 2, "no-route": 1},
    "Causes by site": {"disk-full": 2, "no-route": 1},
    "Causes over time": {"disk-full": 2, "no-route": 1},
    "Who can mend it": {"site": 3},
    "Ends of pilots by return code": {"0": 1, "1": 3},
    "Phases that pilots have begun": {"InstallDIRAC": 4},
    "Errors by phase": {"InstallDIRAC": 2},
    "Errors by CE": {"ce.here.org": 2},
    "Lines by VO": {VO: 10},
    "Pilots by VO": {VO: 4},
}


def records():
    """Four pilots, of which three failed."""
    causes = [("disk-full", "LCG.Here.org"), ("disk-full", "LCG.There.org"), ("no-route", "LCG.Here.org"), None]
    for log, cause in enumerate(causes):
        yield event(Kind.STARTED, log=log)
        yield line(1, "begins", log, phase="InstallDIRAC")
        for number, level in ((2, "INFO"), (3, "ERROR")) if log in (0, 1) else ((2, "WARN"),):
            yield line(number, "text", log, phase="InstallDIRAC", level=level)
        yield event(Kind.SEALED, log=log, return_code="1" if cause else "0", missing_bytes="7")
        if cause:
            yield replace(event(Kind.CAUSE, "It failed", log=log, cause=cause[0], party="site"), site=cause[1])


@pytest.fixture(scope="module")
def engine(stack):
    """A client of the stack's node, which has the records; skipped where there is none."""
    with engines.running(stack, "opensearch"):
        place = {"Host": "localhost", "Port": str(stack.ports["opensearch"]), "User": USER, "Password": PASSWORD}
        place |= {"ca_certs": str(stack.pki.certificate("ca")), "IndexPrefix": PREFIX, "Replicas": "0"}
        sent = [replace(each, kind=Kind.PHASE) if each.message == "begins" else each for each in records()]
        with OpenSearchServer.of("Engine", place).client() as client:
            client.indices.delete(index="*pilotlogs-*")  # the dashboards show those of other tests, too
            destination = OpenSearchDestination("Search", place | {"Content": "all"})
            assert list(destination.send([replace(each, began=BEGAN) for each in sent])) == []
            destination.close()
            client.indices.refresh(index=f"{PREFIX}*")
            yield client
            client.indices.delete(index=f"{PREFIX}*")


def counted(engine, pattern, query, steps):
    """The counts by the last property of some steps: (kind of aggregation, its parameters), from outside in."""
    body = {"size": 0, "query": {"query_string": {"query": query}}}
    inner = body
    for kind, asked in steps:
        inner["aggs"] = {"by": {kind: asked}}
        inner = inner["aggs"]["by"]
    found = {}
    _add(engine.search(index=pattern, body=body)["aggregations"]["by"]["buckets"], len(steps), steps[-1][0], found)
    return found


def _add(buckets, depth, kind, found):
    for bucket in buckets:
        if depth > 1:
            _add(bucket["by"]["buckets"], depth - 1, kind, found)
        else:
            found[bucket["key"]] = found.get(bucket["key"], 0) + bucket["doc_count"]


def step(kind, field, size):
    """An aggregation as Grafana and Dashboards make it of its settings."""
    return (
        kind,
        {"field": field, "fixed_interval": "1h"} if kind == "date_histogram" else {"field": field, "size": size},
    )


def of_property(steps):
    """The steps with the time ahead, so that the last one is a property."""
    return sorted(steps, key=lambda each: each[0] != "date_histogram")


def test_panels_of_grafana_find_what_is_there(engine):
    for panel in GRAFANA["panels"]:
        (target,) = panel["targets"]
        steps = [step(each["type"], each["field"], each["settings"].get("size")) for each in target["bucketAggs"]]
        found = counted(engine, f"{PREFIX}pilotlogs-*@*", target["query"].replace("$vo", "*"), of_property(steps))
        assert found == EXPECTED[panel["title"]], panel["title"]
    assert {panel["title"] for panel in GRAFANA["panels"]} == set(EXPECTED)


def test_choice_of_a_vo_in_grafana_is_one_of_the_vos(engine):
    (_, choice) = GRAFANA["templating"]["list"]
    field = json.loads(choice["query"])["field"]
    assert counted(engine, f"{PREFIX}pilotlogs-*@*", "*", [step("terms", field, 100)]).keys() == {VO}


def test_visualizations_of_dashboards_find_what_is_there(engine):
    objects = {each["id"]: each for each in SAVED}
    shown = [each["id"] for each in objects["pilotlogs-dashboard"]["references"]]
    pattern = objects["pilotlogs"]["attributes"]["title"]
    for name in shown:
        found = objects[name]["attributes"]
        state = json.loads(found["visState"])
        query = json.loads(found["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]
        steps = [step(each["type"], each["params"]["field"], each["params"].get("size")) for each in state["aggs"][1:]]
        assert query["language"] == "lucene"
        assert counted(engine, pattern, query["query"], of_property(steps)) == EXPECTED[state["title"]], name
    assert len(shown) == len(EXPECTED)


def test_saved_objects_refer_to_each_other():
    known = {(each["type"], each["id"]) for each in SAVED}
    assert {(each["type"], each["id"]) for saved in SAVED for each in saved["references"]} < known
    (dashboard,) = (each["attributes"] for each in SAVED if each["type"] == "dashboard")
    names = {each["panelRefName"] for each in json.loads(dashboard["panelsJSON"])}
    assert names == {each["name"] for saved in SAVED if saved["type"] == "dashboard" for each in saved["references"]}
