"""The stopwatch of the walk through the guide."""

from itertools import count

import pytest

from integration_tests.install_test.stopwatch import Stopwatch


def test_each_step_has_its_seconds_and_each_part_their_sum(tmp_path):
    watch = Stopwatch(count(0, 2.5).__next__)
    watch.begin("install")
    with watch.step("dirac1", "first, with a comma"):
        pass
    with pytest.raises(OSError), watch.step("dirac1", "one that fails"):
        raise OSError
    watch.begin("uninstall")
    with watch.step("dirac2", "last"):
        pass
    watch.write(tmp_path / "steps.csv")
    assert (tmp_path / "steps.csv").read_text().splitlines() == [
        "Part,Host,Seconds,Command",
        'install,dirac1,2.5,"first, with a comma"',
        "install,dirac1,2.5,one that fails",
        "uninstall,dirac2,2.5,last",
    ]
    assert [line.split() for line in watch.summary()] == [
        ["install", "2", "steps", "5", "s"],
        ["uninstall", "1", "steps", "2", "s"],
    ]
