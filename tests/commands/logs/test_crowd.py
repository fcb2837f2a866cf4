"""Running pilots that are followed together."""

import pytest

from PilotLoggingDIRAC.commands.logs.crowd import Crowd
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, NotAllowed

NAMES = ["VO", "PilotStamp", "Part", "Site", "FirstSeen", "LastSeen", "State", "NumberOfLines"]
BEFORE, AFTER = "2026-11-26T10:00:00", "2026-11-26T12:00:00"


class Collector:
    """A collector with logs, each of which ends with its last text."""

    def __init__(self):
        self.logs = {}
        self.asked = []

    def start(self, stamp, *texts, began=BEFORE, site="LCG.A.org", part=1, refusal=None):
        """Let a pilot run, whose next calls give these texts; those before its last part were purged.

        ``refusal``: what each reading of it ends with.
        """
        known = {"began": began, "site": site, "part": part, "over": False, "refusal": refusal}
        self.logs[stamp] = {"texts": list(texts), **known}

    def __call__(self, method, *arguments):
        """The answer of a method."""
        self.asked.append((method, *arguments))
        return getattr(self, method)(*arguments)

    def getPilotLogs(self, wanted, order, start, limit):  # noqa: N802  (its name on the wire)
        """Those that run, or the one that is named."""
        found = [stamp for stamp, log in self.logs.items()
                 if (stamp == wanted["PilotStamp"] if "PilotStamp" in wanted else not log["over"])]  # fmt: skip
        records = [
            ["vo", stamp, log["part"], log["site"], log["began"], BEFORE, "Receiving", 1]
            for stamp, log in ((stamp, self.logs[stamp]) for stamp in found)
        ]
        return {"ParameterNames": NAMES, "Records": records[:limit], "TotalRecords": len(records)}

    def getLog(self, vo, stamp, cursor):  # noqa: N802
        """The next text."""
        if stamp not in self.logs:
            raise LogNotFound("gone")
        log = self.logs[stamp]
        if log["refusal"]:
            raise log["refusal"]
        if log["part"] > 1 and not cursor:
            raise LogNotFound("its first part was purged")
        text = log["texts"].pop(0) if log["texts"] else ""
        return {"Text": text, "AtEnd": True, "Final": log["over"], "Over": log["over"], "Cursor": "1"}

    def getLogTail(self, vo, stamp, lines):  # noqa: N802
        """The next text."""
        return self.getLog(vo, stamp, "1")


class Shown:
    """The display, round by round; ``rounds`` are functions that change the world between them."""

    def __init__(self, *rounds):
        self.rounds = list(rounds)
        self.lines = []
        self.told = []
        self.ends = False

    def joined(self, member, log):
        """Note it."""
        self.told.append(("joined", member.following.stamp, member.place))

    def line(self, member, text):
        """Note it."""
        self.lines.append((member.following.stamp, text))

    def left(self, member, log):
        """Note it."""
        self.told.append(("left", member.following.stamp))

    def crowded(self, followed, others):
        """Note it."""
        self.told.append(("crowded", followed, others))

    def alone(self):
        """Note it."""
        self.told.append(("alone",))

    def is_read(self):
        """Until the rounds are over."""
        return not self.ends

    def sleep(self, seconds):
        """Make the next change."""
        self.now += 10.0
        if self.rounds:
            self.rounds.pop(0)()
        else:
            self.ends = True

    now = 0.0

    def clock(self):
        """The time, of which each round takes 10 s."""
        return self.now


@pytest.fixture
def collector():
    return Collector()


def follow(collector, shown, limit=5):
    Crowd(collector, {"Site": ["LCG.A.org"]}, limit, 10, shown, True, shown.sleep, shown.clock).follow(1.0)
    return shown


def over(collector, stamp):
    collector.logs[stamp]["over"] = True


def test_lines_of_several_pilots_come_whole_and_each_under_its_own_name(collector):
    collector.start("a", "one\ntw", "o\n")
    collector.start("b", "uno\n")
    shown = follow(collector, Shown(lambda: None))
    assert shown.lines == [("a", "one"), ("b", "uno"), ("a", "two")]
    assert [told[:2] for told in shown.told] == [("joined", "a"), ("joined", "b")]


def test_pilot_that_begins_to_run_joins_from_its_start_and_others_from_their_last_lines(collector):
    collector.start("a", "one\n")
    shown = follow(collector, Shown(lambda: collector.start("b", "uno\n", began=AFTER), lambda: None))
    assert ("b", "uno") in shown.lines
    assert [asked[:3] for asked in collector.asked if asked[0] == "getLogTail"] == [("getLogTail", "vo", "a")]
    assert ("getLog", "vo", "b", "") in collector.asked


def test_pilot_that_has_ended_leaves_with_its_last_words_and_another_takes_its_place(collector):
    collector.start("a", "one", "")
    collector.start("b", "uno\n")
    shown = follow(collector, Shown(lambda: over(collector, "a"), lambda: None), limit=1)
    assert shown.lines == [("a", "one"), ("b", "uno")]
    assert shown.told == [
        ("joined", "a", 0), ("crowded", 1, 1), ("left", "a"), ("joined", "b", 0), ("crowded", 1, 0)
    ]  # fmt: skip


def test_log_that_is_deleted_meanwhile_costs_no_other(collector):
    collector.start("a", "one\n")
    collector.start("b", "uno\n", "due\n")
    shown = follow(collector, Shown(lambda: collector.logs.pop("a"), lambda: None))
    assert ("left", "a") in shown.told and ("b", "due") in shown.lines


def test_pilot_that_runs_again_after_its_first_text_was_purged_joins_once_with_all_that_is_there(collector):
    collector.start("a", "one\n")
    rounds = (lambda: collector.start("b", "uno\n", "due\n", began=AFTER, part=2), *[lambda: None] * 4)
    shown = follow(collector, Shown(*rounds))
    assert [line for line in shown.lines if line[0] == "b"] == [("b", "uno"), ("b", "due")]
    assert [told for told in shown.told if told[1] == "b"] == [("joined", "b", 1)]


@pytest.mark.parametrize("refusal", [LogNotFound("gone"), NotAllowed("not for you")])
def test_pilot_that_could_not_be_read_joins_again_with_its_next_part_and_not_at_each_look(collector, refusal):
    collector.start("a", "one\n", "two\n")
    collector.start("b", refusal=refusal)
    rounds = [lambda: None] * 3
    shown = follow(collector, Shown(*rounds, lambda: collector.start("b", "uno\n", part=2), *rounds))
    assert [told[0] for told in shown.told if told[1] == "b"] == ["joined", "left", "joined"]
    assert shown.lines == [("a", "one"), ("a", "two"), ("b", "uno")]


def test_where_nobody_runs_it_is_told_and_who_begins_is_followed(collector):
    shown = follow(collector, Shown(lambda: collector.start("a", "one\n", began=AFTER), lambda: None))
    assert shown.told[0] == ("alone",) and shown.lines == [("a", "one")]


def test_pilots_have_places_of_their_own(collector):
    for stamp in "abc":
        collector.start(stamp)
    shown = follow(collector, Shown(lambda: over(collector, "b"), lambda: collector.start("d"), lambda: None))
    assert [told[1:] for told in shown.told if told[0] == "joined"] == [("a", 0), ("b", 1), ("c", 2), ("d", 1)]


def test_text_without_line_ends_is_shown_once_it_is_long(collector):
    collector.start("a", "x" * 700_000, "x" * 700_000)
    shown = follow(collector, Shown(lambda: None))
    assert [len(line) for _, line in shown.lines] == [1_400_000]
