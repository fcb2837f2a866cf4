"""Calls for the matrix of access: logs of each kind, and for each row of the table its call and its meaning."""

import csv
import itertools
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from . import diset, grid
from .pilot import Connection
from .stack import world

TABLE = Path(__file__).with_name("access_matrix.csv")
HTTPS, DISET = "HTTPS", "DISET"

#: Who each column of the table is: a proxy of the stack, or a host's folder after a colon; None has no certificate, and
#: "=" and a proxy neither, but that proxy's certificates in a header, "~" a token of that name.
ROLES = {
    "Nobody": None,
    "Stranger": "evil",
    "Group not one's own": "alice_foreign",
    "Header certificate": "=serge",
    "Token: expired": "~expired",
    "Token: group not one's own": "~group",
    "Token: other VO's group": "~vo",
    "Token": "~pila",
    "Token (Operator)": "~opal",
    "Token (limited)": "~limited",
    "Member": "alice",
    "Pilot": "pila",
    "Pilot (limited proxy)": "pila_limited",
    "Operator": "opal",
    "JobAdministrator": "joan",
    "Site admin": "sid",
    "Site admin without sites": "simon",
    "CrossVOGroups": "mona",
    "ServiceAdministrator": "serge",
    "Host": ":untrusted",
    "Pilots' host": ":vm",
    "TrustedHost": ":host",
}
#: Those who pass for somebody else: they ask before and after all others, among whom is the honest owner of the DN.
FORGERS = ("Group not one's own", "Header certificate", *(role for role in ROLES if role.startswith("Token: ")))
NOT_ALLOWED, NOT_FOUND, NOT_AUTHORISED, NO_ANSWER = 3403, 3404, 1111, -1
_jobs = itertools.count(500_000)


@dataclass(frozen=True)
class Row:
    """A line of the table: what is expected of each role."""

    method: str
    over: str
    whose: str
    expected: dict = field(hash=False)

    def __str__(self):
        return f"{self.method} {self.over} {self.whose}"

    @property
    def transports(self):
        """The transports that the line holds for."""
        return (HTTPS, DISET) if self.over == "both" else (self.over,)


def rows():
    """The lines of the table."""
    with TABLE.open(newline="") as file:
        for method, over, whose, *cells in map(dict.values, csv.DictReader(file)):
            yield Row(method, over, whose, dict(zip(ROLES, cells, strict=True)))


def header():
    """The columns of the table that are roles."""
    with TABLE.open(newline="") as file:
        return next(csv.reader(file))[3:]


@dataclass(frozen=True)
class Subject:
    """A log, or none, that is asked for."""

    pilot: grid.GridPilot
    text: str
    job: int


def make_subjects(stack, connect):
    """(whose, Subject): a log of each kind, and pilots that are not there."""
    own, other = world.ALPHA, world.BETA
    subjects = {
        "own VO": make_log(stack, connect, own, own.site),
        "own VO, other site": make_log(stack, connect, own, other.site),
        "own VO, site unknown": make_log(stack, connect, own, ""),
        "other VO": make_log(stack, connect, other, other.site),
        "other VO, own site": make_log(stack, connect, other, own.site),
    }
    absent = {f"{kind} VO, absent": make_absent(vo) for kind, vo in (("own", own), ("other", other))}
    return subjects | absent


def make_absent(vo):
    """A pilot that is nowhere."""
    return Subject(grid.GridPilot(vo, uuid.uuid4().hex, f"stack://{vo.ce}/{uuid.uuid4().hex}"), "", next(_jobs))


def make_log(stack, connect, vo, site):
    """A log of a pilot of a VO at a site, which DIRAC and the log's row know, and which ran a job."""
    pilot, text, job = grid.add_pilot(stack, vo), f"text {uuid.uuid4()}\n", next(_jobs)
    known = (site or "Unknown", pilot.reference)
    stack.sql("PilotAgentsDB", "UPDATE PilotAgents SET GridSite = %s WHERE PilotJobReference = %s", known)
    assert connect(vo.pilot).send(text, pilot.stamp)["OK"]
    noted = (site, pilot.reference, pilot.stamp)
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Site = %s, PilotReference = %s WHERE PilotStamp = %s", noted)
    grid.match_job(stack, job, pilot)
    return Subject(pilot, text, job)


@dataclass(frozen=True)
class Call:
    """One call of one role over one transport for one line of the table."""

    row: Row
    role: str
    transport: str
    subject: Subject | None
    stamp: str
    """A stamp of this call's own, for writing."""
    turn: int = 1
    """0 for what is asked first, 2 for what is asked last."""

    @property
    def vo(self):
        """The VO that a writer names."""
        return world.BETA.name if self.row.whose.startswith("other") else world.ALPHA.name

    @property
    def service(self):
        """The service's full name."""
        name, _, _ = self.row.method.rpartition(".")
        if name == "WebApp":
            return "Monitoring/WebApp"
        name = name or "PilotLogging"
        return f"WorkloadManagement/{'Tornado' if self.transport == HTTPS else ''}{name}"

    @property
    def method(self):
        """The method's name."""
        return self.row.method.rpartition(".")[2]

    def arguments(self):
        """The arguments of the call."""
        if self.subject:
            return self._reading()
        return {
            "sendMessage": [json.dumps("line\n"), self.stamp, self.vo],
            "finaliseLogs": [json.dumps({"retCode": "0"}), self.stamp, self.vo],
            "importLog": [self.vo, self.stamp, 0, "line\n", {}, datetime.now(UTC).isoformat()],
            "retryArchiving": [{"PilotStamp": self.stamp}],
            "diagnoseAgain": [{"PilotStamp": self.stamp}],
            "replayLogs": ["Nowhere", {"PilotStamp": self.stamp}],
            "stopReplay": [1],
            "getCauses": [{"FromDate": "2026-01-01"}, ["VO", "Cause"]],
            "getUnknownFailures": [{"FromDate": "2026-01-01"}],
            "deleteLogs": [{"VO": self.vo, "PilotStamp": self.stamp}],
            "echo": ["hello"],
            "refreshConfiguration": [False],
        }.get(self.method, [])

    def _reading(self):
        pilot = self.subject.pilot
        return {
            "getLog": [pilot.vo.name, pilot.stamp],
            "getLogs": [pilot.stamp, pilot.vo.name],
            "getLogTail": [pilot.vo.name, pilot.stamp, 10],
            "getPilotLogs": [{"PilotStamp": pilot.stamp}],
            "searchLogs": [{"PilotStamp": pilot.stamp}, "text", {}],
            "getPilotOutput": [pilot.reference],
            "getPilotLoggingInfo": [pilot.reference],
            "getJobPilotOutput": [self.subject.job],
        }[self.method]


READING = (
    "getLog",
    "getLogTail",
    "getLogs",
    "getPilotLogs",
    "searchLogs",
    "getPilotOutput",
    "getPilotLoggingInfo",
    "getJobPilotOutput",
)


def turns(role):
    """Return when a role asks."""
    return (0, 2) if role in FORGERS else (1,)


def make_calls(subjects):
    """All calls of the table."""
    for row in rows():
        subject = subjects[row.whose] if row.method.rpartition(".")[2] in READING else None
        for transport, role in itertools.product(row.transports, ROLES):
            for turn in turns(role):
                yield Call(row, role, transport, subject, uuid.uuid4().hex, turn)


def answer_all(stack, calls, folder, tokens):
    """(call, DIRAC's answer) of each; one who is not let in gets no answer of a method, but ``Errno`` 1111 or -1."""
    found = []
    for turn in range(3):
        now = [call for call in calls if call.turn == turn]
        https = [call for call in now if call.transport == HTTPS]
        found += [*answer_https(stack, https, tokens), *answer_diset(stack, now, folder)]
    return found


def has_certificate(role):
    """Return whether a role has a certificate of its own for a connection."""
    return not (ROLES[role] or "=").startswith(("=", "~"))


def connection(stack, service, role, tokens):
    """A role's way to a service over HTTPS."""
    name, url = ROLES[role] or "", stack.url(*service.split("/"))
    if has_certificate(role):
        return Connection(
            url, stack.pki.certificates, stack.pki.host_folder(name[1:]) if name[0] == ":" else stack.proxy(name)
        )
    made = Connection(url, stack.pki.certificates, None)
    if name.startswith("~"):
        made.headers = {"Authorization": f"Bearer {tokens[name[1:]]}"}
    elif name:
        chain = stack.proxy(name[1:]).read_text()
        made.headers = {"X-SSL-CERT": quote(chain), "X-Ssl_client_verify": "SUCCESS"}
    return made


def answer_https(stack, calls, tokens):
    """The same for HTTPS."""
    known = {}
    for call in calls:
        if (key := (call.service, call.role)) not in known:
            known[key] = connection(stack, call.service, call.role, tokens)
        status, answer = known[key].post_kept({"method": call.method, "args": json.dumps(call.arguments())})
        yield call, answer if status == 200 else {"OK": False, "Errno": NOT_AUTHORISED if status == 401 else status}
    for way in known.values():
        way.close()


def answer_diset(stack, calls, folder):
    """The same for DISET; a client without a certificate is not even able to ask there."""
    by_host = {}
    for call in calls:
        if call.transport == DISET and has_certificate(call.role):
            name = ROLES[call.role]
            by_host.setdefault(name[1:] if name[0] == ":" else None, []).append(call)
    for host, mine in by_host.items():
        wanted = [
            (call.service, call.method, call.arguments(), None if host else str(stack.proxy(ROLES[call.role])))
            for call in mine
        ]
        yield from zip(mine, diset.calls(stack, wanted, folder, host), strict=True)
