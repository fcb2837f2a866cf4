"""A short fault campaign with bundles, and that its oracle sees what deleting should have removed."""

import gzip
import io
import zipfile
from dataclasses import replace

import pytest

from .faults import plan
from .faults.bundles.archive import BundledArchive, members
from .faults.bundles.plan import CLEARING, SECOND_AGENT, with_bundles
from .faults.campaign import campaign, totals
from .stack import world

SEED = 4
STAMP, OTHER = "a" * 32, "b" * 32


def test_a_short_campaign_with_bundles_finds_nothing(tmp_path):
    [result] = campaign([SEED], 1, tmp_path, bundles=True)
    print(totals([result]))
    assert result.findings == []
    assert result.counts["logs deleted"] > 0
    assert result.counts["bundles there"] > 1


def test_a_plan_with_bundles_follows_from_its_seed_alone():
    assert with_bundles(plan.make(7)) == with_bundles(plan.make(7))
    made = plan.make(7)
    plans = [with_bundles(replace(made, seed=seed)) for seed in range(300)]
    assert {fault.kind for one in plans for fault in one.clearing} == set(CLEARING)
    assert {fault.kind for one in plans for fault in one.faults} >= set(SECOND_AGENT)


def test_what_comes_late_is_no_victims_and_is_sent_once():
    for seed in range(3):
        made = with_bundles(plan.make(seed))
        steps = {sender.name: sender.steps for sender in plan.make(seed).senders}
        for sender in made.senders:
            late = dict(made.late).get(sender.name)
            assert late is None or (late == steps[sender.name][-1].chunk and sender.name not in made.victims)
            assert sender.steps == (steps[sender.name][:-1] if late else steps[sender.name])


class OneFolder:
    """A stack with a storage element, and no row in its database."""

    def __init__(self, folder):
        self.folder = folder

    def storage_path(self, name):
        return self.folder / name

    def sql(self, database, statement, values=()):
        return [[0]] if "COUNT" in statement else []


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / world.ALPHA.storage_element / "logs"
    folder.mkdir(parents=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for stamp, text in ((STAMP, b"r1s0.1. mine\n"), (OTHER, b"r1s1.1. another's\n")):
            file.writestr(f"{stamp}.1.1.log.gz", gzip.compress(text))
    (folder / "20261126T080000-1.zip").write_bytes(content.getvalue())
    return BundledArchive(OneFolder(tmp_path))


def test_the_oracle_sees_a_deleted_log_by_its_member_and_by_its_text(archive):
    assert archive.left_of([("c" * 32, "r1s2")]) == []
    assert len(archive.left_of([(STAMP, "r1s2")])) == 1
    assert len(archive.left_of([("c" * 32, "r1s1")])) == 1


def test_the_oracle_reads_members_with_zipfile_alone(archive):
    [path] = archive._path(world.ALPHA.storage_element, "/logs").iterdir()
    assert members(path) == {
        f"{STAMP}.1.1.log.gz": b"r1s0.1. mine\n",
        f"{OTHER}.1.1.log.gz": b"r1s1.1. another's\n",
    }


def test_the_oracle_sees_a_file_that_is_not_recorded(archive):
    assert archive._bundles_wrong() == [
        f"on {world.ALPHA.storage_element}, and not recorded: /logs/20261126T080000-1.zip"
    ]
