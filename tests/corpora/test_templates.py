"""Telling lines of one kind of failure are one group, wherever the pilots ran; those of different kinds are not."""

import random

from PilotLoggingDIRAC.pilotlog.diagnose.causes.templates import nearest, template
from tests.corpora.pilots import script
from tests.corpora.pilots.logs import HERE, of_case

_KINDS, _PILOTS = 40, 3


def lines():
    """(number of the kind, labelled line) of three pilots of each of 40 kinds."""
    noise = script.read(HERE / "seen" / "noise.txt")
    cases = [case for path in sorted((HERE / "seen").glob("cases_[1-5]*.txt")) for case in script.read(path)[::4]]
    for kind, case in enumerate(cases[:_KINDS]):
        for copy in range(_PILOTS):
            log = of_case("log", "seen", case, copy, noise)
            yield kind, log.text.split("\n")[log.label.line - 1]


def groups(made):
    """The kinds in each group, by the fingerprint of its first line."""
    known, kinds = {}, {}
    for kind, line in made:
        found = template(line)
        leaf = known.setdefault(found.leaf, {})
        near = nearest(found, leaf)
        fingerprint = leaf.pop(near) if near else found.fingerprint
        leaf[near.joined(found) if near else found] = fingerprint
        kinds.setdefault(fingerprint, set()).add(kind)
    return kinds


def test_each_kind_is_one_group():
    made = list(lines())
    assert len(made) == 120
    assert list(map(len, groups(made).values())) == [1] * _KINDS


def test_groups_do_not_depend_on_the_order_of_logs():
    made = list(lines())
    random.Random(1).shuffle(made)
    assert len(groups(made)) == _KINDS
