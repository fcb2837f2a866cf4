"""Nobody is ever taken for somebody else: many threads, several identities, real proxies, real children."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from PilotLoggingDIRAC.pilotlog.model import PilotId

from . import grid
from .stack import world
from .test_agent import cycle, logs  # noqa: F401  (a fixture)

CALLS = 1_500
READS = 40
_PLUGIN = "/Resources/StorageElements/{}/File.1/PluginName"


def run(stack, user, *arguments, plugins=()):
    path = ":".join([stack.env()["PYTHONPATH"], *map(str, plugins)])
    argv = [sys.executable, "-m", "integration_tests.identities", *arguments]
    done = stack.run(argv, user=user, timeout=1500, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def whoami(stack):
    """The storage elements say who reads them."""
    for vo in world.VOS:
        stack.set_option(_PLUGIN.format(vo.storage_element), "Whoami")
    yield
    stack.reset_options()


@pytest.mark.parametrize(("calls", "threads", "workers"), [(CALLS, 9, 9), (60, 6, 2)])
def test_workers_are_never_mixed_up_and_their_parent_stays_who_it_is(stack, whoami, calls, threads, workers):
    folders = stack.root / "tmp"
    others = set(folders.glob("pilotlog-*"))
    found = run(stack, None, "files", calls, threads, workers, plugins=[grid.PLUGINS])
    print(found)
    assert found.get("right") == calls, found
    assert found["changes"] == 0
    assert found["looks"] > 100
    assert set(folders.glob("pilotlog-*")) <= others, "something was left behind"


def test_concurrent_readers_get_the_logs_of_their_own_vo_from_its_archive(stack, logs):
    texts = {vo: {} for vo in world.VOS}
    for vo in world.VOS:
        for number in range(3):
            pilot = grid.add_pilot(stack, vo, status="Done")
            texts[vo][pilot.reference] = f"log {number} of {vo.name}\n" * (number * 1000 + 1)
            logs.send(PilotId(vo.name, pilot.stamp), texts[vo][pilot.reference].encode(), return_code="0")
    cycle(stack)
    foreign = {vo: {next(iter(texts[other])): None} for vo, other in zip(world.VOS, reversed(world.VOS), strict=True)}
    options = {f"/Operations/{vo.name}/Pilot/LogSources": "Archive" for vo in world.VOS}
    with grid.changed(stack, options), ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(run, stack, user, "outputs", READS, 4, json.dumps(texts[vo] | foreign[vo]))
            for vo, user in ((world.ALPHA, "opal"), (world.BETA, "opbert"))
        ]
        started = time.monotonic()
        for found in (answer.result() for answer in asked):
            print(found, f"{time.monotonic() - started:.0f} s")
            assert found["right"] == READS * 3 // 4, found
            assert found["rightly refused"] == READS // 4
            assert found["changes"] == 0
