"""The cluster of a stack: HAProxy's file of the guide with its nodes in it, and which node begins."""

import subprocess

import pytest

from integration_tests.faults import plan
from integration_tests.stack.balancer import PROGRAM
from integration_tests.stack.components import GALERA, MARIADB, port_names
from integration_tests.stack.galera import Cluster

PORTS = {name: 20_000 + number for number, name in enumerate(port_names())}


@pytest.fixture
def cluster(tmp_path):
    return Cluster(tmp_path, PORTS, "secret", "root's")


def test_haproxy_takes_the_guide_s_file_and_writes_to_the_first_node_alone(cluster):
    *_, file = cluster.argv()
    checked = subprocess.run([PROGRAM, "-c", "-f", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    servers = [line.split() for line in cluster.configuration().splitlines() if line.startswith("    server ")]
    assert [(words[1], words[2]) for words in servers] == [(name, f"127.0.0.1:{PORTS[name]}") for name in GALERA]
    assert ["backup" in words for words in servers] == [False, True, True]


def test_node_that_has_most_begins(cluster):
    for name, seqno in zip(GALERA, (7, 9, -1), strict=True):
        data = cluster.nodes[name].folder / "data"
        data.mkdir(parents=True)
        (data / "grastate.dat").write_text(f"uuid:    x\nseqno:   {seqno}\nsafe_to_bootstrap: 0\n")
    assert cluster.order() == ((GALERA[1],), (GALERA[0], GALERA[2]), (MARIADB,))
    words = cluster.nodes[GALERA[1]].argv()
    assert "--wsrep-new-cluster" in words
    assert "safe_to_bootstrap: 1" in (cluster.nodes[GALERA[1]].folder / "data" / "grastate.dat").read_text()


def test_faults_of_nodes_are_drawn_for_a_cluster_alone_and_other_faults_stay_as_they_are():
    kinds = {True: set(), False: set()}
    for seed in range(40):
        for galera, found in kinds.items():
            faults = plan.make(seed, galera=galera).faults
            found |= {fault.kind for fault in faults if fault.lane == "database"}
        if {"kill node", "stop node"} <= kinds[True]:
            break
    assert kinds[False] <= set(plan.FAULTS["database"])
    assert {"kill node", "stop node"} <= kinds[True] <= set(plan.GALERA)
