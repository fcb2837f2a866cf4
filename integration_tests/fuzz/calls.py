"""Calls of the collector's methods, valid ones, and what is made of their arguments, piece by piece."""

import json
import random

from ..stack import world
from .cast import ANY_VO, CANARY, TRAP, WRITERS, Cast, tag
from .material import Material

SENDING = ("sendMessage", "finaliseLogs")
#: Their values show what was sent, or stored.
REFLECTING = ("echo", "whoami", "ping", "getLog", "getLogs", "getPilotLogs", "getStatus", "getMetadata")
METHODS = {
    "sendMessage": 40, "finaliseLogs": 10, "getLog": 8, "getLogs": 4, "getPilotLogs": 8, "getMetadata": 1,
    "getStatus": 1, "importLog": 4, "retryArchiving": 2, "deleteLogs": 2, "releaseQuarantine": 1, "getUsage": 1,
    "getCauses": 2, "getUnknownFailures": 1, "diagnoseAgain": 1, "replayLogs": 1, "getReplays": 1,
    "stopReplay": 1,
    "ping": 1, "echo": 3, "whoami": 1,
}  # fmt: skip
#: Text of this many bytes is sent once in so many messages: below, at and over the limits of a message and of a body.
HUGE_TEXTS = (1_000_000, 4 * 1024 * 1024, 5_000_000, 20_000_000)
ONE_IN_HUGE = 2500


class Author:
    """Writes the method and the arguments of one call, drawn from a random source."""

    def __init__(self, source: random.Random, material: Material, cast: Cast, user: str):
        self._source = source
        self._material = material
        self._cast = cast
        self._user = user

    @property
    def noise(self):
        """Bytes to draw from."""
        return self._material.noise

    def method(self):
        """A method that there is."""
        return self._source.choices(list(METHODS), list(METHODS.values()))[0]

    def arguments(self, method):
        """Arguments that the method takes."""
        source, stamp, vo = self._source, self._cast.stamp(self._source, self._user), self.vo()
        make = {
            "sendMessage": lambda: [json.dumps(self.message()), stamp, vo],
            "finaliseLogs": lambda: [json.dumps({"retCode": source.choice(["0", 1, self.text()])}), stamp, vo],
            "getLog": lambda: [vo, stamp, self.cursor(), source.choice([0, 4, 100, 10**6])],
            "getLogs": lambda: [stamp + source.choice(["", ".log"]), vo],
            "getPilotLogs": lambda: [self.selection(), self.order(), source.randrange(50), source.randrange(1, 200)],
            "importLog": lambda: [vo, stamp, source.choice([0, 0, 5]), self.text(), self.ending(), self.time()],
            "retryArchiving": lambda: [self.selection() or {"PilotStamp": stamp}],
            "getCauses": lambda: [self.selection(), source.choice([["Site", "Cause"], "VO", ["no"]])],
            "getUnknownFailures": lambda: [self.selection(), source.choice(["", "1-0123456789ab", "no", 7])],
            "diagnoseAgain": lambda: [self.selection() or {"PilotStamp": stamp}],
            "replayLogs": lambda: [source.choice(["Nowhere", "", 7]), self.selection(), source.choice([True, False])],
            "stopReplay": lambda: [source.choice([0, 1, 2**63, "no"])],
            "deleteLogs": lambda: [{"VO": vo, "PilotStamp": stamp}, source.choice([True, False, False])],
            "echo": lambda: [self.value()],
        }
        return make[method]() if method in make else []

    def vo(self):
        """The VO to name: that of the user, whom it matters for at times only."""
        vo = WRITERS.get(self._user)
        return vo if vo and self._source.random() < 0.8 else self._source.choice(world.VOS).name

    def message(self):
        """Return what a pilot logs: text, or a list of lines; now and then a huge one."""
        source = self._source
        if source.randrange(ONE_IN_HUGE) == 0:
            return (tag(self._user) + " " + "x" * 90 + "\n") * (source.choice(HUGE_TEXTS) // 110)
        lines = [f"{tag(self._user)} {self.text()}" for _ in range(source.choice((1, 1, 3, 10, 50)))]
        return lines if source.random() < 0.2 else "\n".join(lines)

    def text(self):
        """A string with a canary."""
        return self._source.choice(self._material.texts)

    def value(self):
        """Any JSON value."""
        return self._source.choice(self._material.values)

    def time(self):
        """A time, as text."""
        return self._source.choice(self._material.times)

    def selection(self):
        """A selection, rarely a valid one."""
        if self._source.random() < 0.3:
            return {"VO": world.ALPHA.name, "FromDate": "2026-01-01", "State": ["Receiving", "Complete"]}
        return self._source.choice(self._material.selections)

    def order(self):
        """An order for getPilotLogs."""
        columns = ("LastSeen", "VO", "NumberOfBytes", "LogID", "Resend", "LastSeen; DROP TABLE PilotLogs", "__class__")
        return self._source.choice(
            [
                [],
                [[self._source.choice(columns), "DESC"]],
                [["VO", "ASC"], ["CE", "ASC"]],
                "ab",
                {"ab": 1},
                [["VO", ["ASC"]]],
                [[]],
            ]
        )

    def cursor(self):
        """Return where to go on reading."""
        return self._source.choice(
            [
                "",
                "1.0.0",
                "1.0.1",
                "1.2.3",
                "01234567-1.2.3",
                "0.0.0",
                "999999999.999999999.999999999",
                "1.-1.0",
                "١.٢.٣",
                self.text(),
            ]
        )

    def ending(self):
        """Return how an import ends."""
        ends = [{}, {"State": "Complete", "SHA256": "00" * 32}, {"State": "Archived", "SHA256": ""}, self.value()]
        return self._source.choice(ends)

    def changed(self, arguments):
        """Arguments with one to three of them replaced, dropped, doubled or wrapped."""
        changed = list(arguments)
        for _ in range(self._source.choice((1, 1, 2, 3))):
            self._change(changed)
        return changed

    def _change(self, arguments):
        where = self._source.randrange(len(arguments) + 1)
        what = self._source.choice(("value", "value", "text", "drop", "more", "wrap", "payload"))
        if what == "more" or where == len(arguments):
            arguments.insert(where, self.value())
        elif what == "drop":
            del arguments[where]
        elif what == "wrap":
            arguments[where] = [arguments[where]]
        elif what == "payload":
            arguments[where] = self.payload()
        else:
            arguments[where] = self.value() if what == "value" else self.text()

    def payload(self):
        """JSON within JSON that is not what a message is."""
        source = self._source
        broken = [
            json.dumps(self.value()),
            json.dumps([f"{tag(self._user)}", self.value()]),
            json.dumps({"retCode": self.value()}),
            json.dumps(self.text())[:-1],
            self.text(),
            '{"retCode": "0", "retCode": [1], "retCode": "' + CANARY + '"}',
            "[" * source.choice((10, 900, 1000, 100_000)),
            nested(source),
            "1" * source.choice((4300, 4301, 100_000)),
            '"\\ud800\\udc00\\ud800"',
            "Infinity",
            "\ufeff[]",
        ]
        return source.choice(broken)

    def encoded(self, arguments):
        """The arguments as JSON that is broken, or not quite JSON."""
        source, whole = self._source, json.dumps(arguments)
        cut = source.randrange(len(whole) + 1)
        return source.choice(
            [
                lambda: whole[:cut],
                lambda: whole + whole,
                lambda: f" \n{whole}\t ",
                lambda: whole[:cut] + self.text() + whole[cut:],
                lambda: json.dumps(dict(enumerate(arguments))),
                lambda: nested(source),
                lambda: f"[{nested(source)}]",
                lambda: "[NaN, Infinity, -Infinity]",
                lambda: json.dumps({"__dCls": "x", "__dMod": TRAP}),
                lambda: "'" + whole + "'",
                lambda: json.dumps(arguments, ensure_ascii=False),
                lambda: "[" + "," * 1000 + "]",
            ]
        )()


def nested(source):
    """Lists or objects in each other, about as deep as Python's stack, or far deeper."""
    depth = source.choice((50, 300, source.randrange(900, 1010), 5000))
    opening, closing = source.choice((("[", "]"), ('{"a":', "}")))
    return opening * depth + "1" + closing * depth


def reflects(method, user):
    """Return whether a good answer shows what was sent or stored."""
    return method in REFLECTING or user in ANY_VO
