"""Material that hypothesis makes: JSON values, texts and bytes for which programs are rarely ready. Made once a run."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from .cast import CANARY, FORGED, TRAP

_CHARACTERS = st.characters(exclude_categories=())  # surrogates too
_TEXTS = st.one_of(
    st.text(_CHARACTERS, max_size=40),
    st.sampled_from(
        ["", "\0", "\ud800", "\udfff\ud800", "null", "NaN", "../../etc/passwd", "a\n", f"\r\n{FORGED}", "\u2028",
         "\x1b[2J", "%s%n{0}{self}", "' OR 1=1 --", "<script>alert(1)</script>", "unknown", "-", "😀" * 20, "a" * 70,
         "\x85\x0b\x0c"]
    ),
)  # fmt: skip
_NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 10**4200, 1e308, -0.0]),
)
_TIMES = st.one_of(
    st.datetimes().map(datetime.isoformat),
    st.sampled_from(
        [
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "2026-02-30",
            "2026-01-01T24:00",
            "0000-00-00",
            "now",
        ]
    ),
)
_MODULES = (TRAP, "no.such.module", "", "subprocess", "DIRAC.Core.Utilities.JEncode")
#: DIRAC's JSON makes these into times, bytes and objects.
_OBJECTS = st.one_of(
    st.builds(lambda kind, value: {"__dCls": kind, "obj": value}, st.sampled_from(["dt", "date", "b64"]), _TEXTS),
    st.just({"__dCls": "dt", "obj": "2026-01-01 00:00:00"}),
    st.just({"__dCls": "date", "obj": "2026-01-01"}),
    st.just({"__dCls": "b64", "obj": "AAAA"}),
    st.builds(
        lambda name, module: {"__dCls": name, "__dMod": module},
        st.sampled_from(["Popen", "JSerializable", "DJSONDecoder", "x", ""]),
        st.sampled_from(_MODULES),
    ),
    st.sampled_from([{"__dCls": "x"}, {"__dCls": 5, "__dMod": 5}, {"__dCls": []}, {"__dCls": "dt"}]),
)
_LEAVES = st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS, _TIMES, _OBJECTS)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(_TEXTS, inner, max_size=4)),
    max_leaves=12,
)
_NAMES = ("VO", "PilotStamp", "PilotReference", "Site", "CE", "State", "ReturnCode", "FromDate", "ToDate")
_SELECTIONS = st.dictionaries(
    st.one_of(st.sampled_from(_NAMES), st.sampled_from([*_NAMES, "x", "__class__"])),
    st.one_of(
        _TEXTS, _TIMES, st.lists(_TEXTS, max_size=4), st.sampled_from(["Complete", "Receiving", ["Archived"]]), _VALUES
    ),
    max_size=3,
)


@dataclass(frozen=True)
class Material:
    """Lists to draw from."""

    values: list
    texts: list
    times: list
    selections: list
    noise: list


def make(seed, count):
    """About ``count`` examples of each, which follow from the seed."""
    return Material(
        values=_examples(_VALUES, seed, count),
        texts=[CANARY + text for text in _examples(_TEXTS, seed, count)],
        times=_examples(_TIMES, seed, count),
        selections=_examples(_SELECTIONS, seed, count),
        noise=_examples(st.binary(max_size=60), seed, count),
    )


def _examples(strategy, number, count):
    found = []

    @seeded(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found
