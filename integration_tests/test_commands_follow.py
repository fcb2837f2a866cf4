"""Running pilots that the command follows together, on a real collector."""

import os
import pty
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from . import grid
from .pilot import pilot_line
from .stack import forking, world
from .waiting import PATIENCE_SECONDS, until

ALPHA, BETA = world.ALPHA, world.BETA


class Following:
    """``show --Follow`` of many in a process; on a pseudo-terminal with ``terminal``."""

    def __init__(self, stack, *words, user="admin", terminal=False, **environment):
        self.path = Path(stack.root / "work" / f"follow-{time.monotonic_ns()}")
        argv = ["dirac-admin-pilot-logs-show", "--Follow", "--Interval", "0.5", *words]
        env = stack.env(user) | {"TERM": "xterm"} | environment
        file = self.path.open("wb")
        output = self._terminal(file) if terminal else file
        # a fork server's child has no terminal's streams
        start = forking.alone if terminal else forking.popen
        self.process = start(argv, env, self.path.parent, stdout=output, stderr=output)
        if terminal:
            os.close(output)

    @staticmethod
    def _terminal(file):
        """A terminal whose text goes to a file."""
        ours, theirs = pty.openpty()

        def copy():
            with file:
                try:
                    while text := os.read(ours, 65536):
                        file.write(text)
                        file.flush()
                except OSError:  # it was closed
                    pass

        threading.Thread(target=copy, daemon=True).start()
        return theirs

    @property
    def text(self):
        """Return what it has written."""
        return self.path.read_text()

    def waits_for(self, *texts):
        """Wait until it has written all of these."""
        until(lambda: all(text in self.text for text in texts), seen=lambda: self.text)


@pytest.fixture
def follow(stack):
    started = []

    def do(*words, **more):
        started.append(Following(stack, *words, **more))
        return started[-1]

    yield do
    for following in started:
        following.process.kill()
        following.process.wait()


@pytest.fixture(autouse=True)
def alone(stack):
    """No logs of other tests run."""
    grid.forget_logs(stack)


def running(stack, connect, *lines, vo=ALPHA):
    """A pilot that runs, whose site is known."""
    pilot = grid.add_pilot(stack, vo)
    connect(vo.pilot).send("".join(f"{line}\n" for line in lines), pilot.stamp)
    site = "SELECT Site FROM PilotLogs WHERE PilotStamp = %s"
    until(lambda: (vo.site,) in stack.sql("PilotLoggingDB", site, (pilot.stamp,)))
    return pilot


def test_pilots_at_a_site_are_followed_as_they_come_and_go(stack, connect, follow):
    one, elsewhere = running(stack, connect, "one"), running(stack, connect, "elsewhere", vo=BETA)
    live = follow("--Site", ALPHA.site)
    live.waits_for(f"{one.stamp[:8]} | one", f"+ {one.stamp[:8]} {ALPHA.name}/{one.stamp} at {ALPHA.site}")
    two = running(stack, connect, "uno", "due")
    live.waits_for(f"{two.stamp[:8]} | uno", f"{two.stamp[:8]} | due")
    connect(ALPHA.pilot).send("half ", one.stamp)
    connect(ALPHA.pilot).send("tre\n", two.stamp)
    live.waits_for(f"{two.stamp[:8]} | tre")
    connect(ALPHA.pilot).send("a line\n", one.stamp)
    live.waits_for(f"{one.stamp[:8]} | half a line")
    connect(ALPHA.pilot).finalise(two.stamp, "7")
    live.waits_for(f"- {two.stamp[:8]} failed (code 7")
    assert elsewhere.stamp[:8] not in live.text and "\x1b" not in live.text
    live.process.send_signal(signal.SIGINT)
    assert live.process.wait(PATIENCE_SECONDS) == 130


def test_what_is_written_while_the_collector_restarts_is_shown_once(stack, connect, follow):
    one = running(stack, connect, "one")
    live = follow("--Site", ALPHA.site)
    live.waits_for("| one")
    stack.stop("tornado")
    live.waits_for("No answer, trying again")
    stack.start("tornado")
    connect(ALPHA.pilot).send("two\n", one.stamp)
    live.waits_for("| two", "It answers again")
    assert [live.text.count(f"| {line}\n") for line in ("one", "two")] == [1, 1]


def test_no_more_than_the_limit_are_followed_and_the_others_are_told(stack, connect, follow):
    pilots = [running(stack, connect, f"line {number}") for number in range(3)]
    live = follow("--Site", ALPHA.site, "--Limit", "2")
    live.waits_for("# 2 pilots followed, 1 other runs; --Limit follows more at once", "| line 2")
    assert "| line 0" not in live.text, "those heard of last come first"
    connect(ALPHA.pilot).finalise(pilots[2].stamp, "0")
    live.waits_for("| line 0", "all that run are followed")


def test_site_administrators_follow_their_site_and_no_other(stack, connect, follow):
    running(stack, connect, "mine"), running(stack, connect, "not mine", vo=BETA)
    live = follow(user="sid")
    live.waits_for("| mine")
    assert "not mine" not in live.text


def test_a_terminal_has_colours_unless_they_are_not_wanted(stack, connect, follow):
    running(stack, connect, pilot_line("no space", "ERROR").strip())
    live, plain = follow(terminal=True), follow(terminal=True, NO_COLOR="1")
    plain.waits_for("] no space")
    until(lambda: re.search(r"\x1b\[3\dm\w{8} \S+ \|\x1b\[0m \x1b\[31m2\d{3}-", live.text), seen=lambda: live.text)
    assert "\x1b[3" not in plain.text


def test_where_nobody_runs_it_is_said_and_unknown_names_are_told(follow):
    live = follow("--Site", "LCG.Nowhere.zz")
    live.waits_for("No such pilot runs now", "There is no site LCG.Nowhere.zz; there are:")


@pytest.mark.parametrize("words", [("--Output", "x"), ("--JSON",), ("--Raw",)])
def test_what_is_of_one_pilot_is_refused_for_many(stack, words):
    done = stack.run(["dirac-admin-pilot-logs-show", "--Follow", *words], user="admin")
    assert done.returncode == 1 and "of one pilot only" in done.stderr


def test_a_name_and_a_selection_contradict_each_other(stack):
    done = stack.run(["dirac-admin-pilot-logs-show", "--Follow", "--Site", ALPHA.site, "0" * 32], user="admin")
    assert done.returncode == 1 and "can't select others" in done.stderr
    assert stack.run(["dirac-admin-pilot-logs-show"], user="admin").returncode == 1
