"""The archive after a run: the rows of its logs, their files, and what should not be there."""

import gzip
import zlib
from dataclasses import dataclass

from ..pilot import Connection
from ..stack import world

DATABASE = "PilotLoggingDB"
ARCHIVED = ("Archived", "Purged")
READERS = {world.ALPHA.name: "opal", world.BETA.name: "opbert"}
_LOGS = """
    SELECT l.LogID, l.VO, l.PilotStamp, l.Part, l.State, l.NumberOfBytes, l.ReturnCode, l.Attempts, l.LastError,
           l.MissingBytes, f.SE, f.LFN, f.Size, f.Checksum, f.VerifiedAt
    FROM PilotLogs l LEFT JOIN PilotLogFiles f ON f.LogID = l.LogID AND f.Generation = l.Generation
    WHERE l.PilotStamp IN ({}) ORDER BY l.PilotStamp, l.Part"""


@dataclass(frozen=True)
class Part:
    """One row of PilotLogs with its verified file."""

    log_id: int
    vo: str
    stamp: str
    number: int
    state: str
    bytes: int
    code: str | None
    attempts: int
    error: str
    missing: int
    se: str | None
    lfn: str | None
    size: int | None
    checksum: str | None
    verified: object


class Archive:
    """Looks at database, storage elements and catalogue of a stack, from the outside."""

    def __init__(self, stack):
        self._stack = stack

    def parts(self, stamps):
        """The parts of all logs with these stamps."""
        marks = ", ".join(["%s"] * len(stamps))
        return [Part(*row) for row in self._stack.sql(DATABASE, _LOGS.format(marks), stamps)]

    def text(self, parts):
        """(text, findings) of a log that is archived in parts."""
        text, findings = b"", []
        for part in parts:
            data, wrong = self._file(part)
            text += data
            findings += wrong
        return text, findings

    def _file(self, part):
        if part.state not in ARCHIVED or not part.verified:
            return b"", [f"part {part.number} is {part.state}, verified {part.verified}"]
        path = self._stack.storage_path(part.se) / part.lfn.lstrip("/")
        if not path.is_file():
            return b"", [f"{part.lfn} is {part.state} and not on {part.se}"]
        data = path.read_bytes()
        if (len(data), f"{zlib.adler32(data):08x}") != (part.size, part.checksum):
            return b"", [f"{part.lfn} is not what was verified"]
        return gzip.decompress(data), []

    def orphans(self, stamps):
        """Return what is wrong with files and catalogue entries of these stamps, once the agent has cleaned up."""
        parts = {part.lfn for part in self.parts(stamps)}
        findings = []
        for place, found in (("storage element", self._on_disk(stamps)), ("catalogue", self._catalogued(stamps))):
            findings += [f"on the {place}, and of no log: {lfn}" for lfn in sorted(found - parts)]
            findings += [f"not on the {place}: {lfn}" for lfn in sorted(parts - found)]
        return findings

    def _on_disk(self, stamps):
        found = set()
        for vo in world.VOS:
            folder = self._stack.storage_path(vo.storage_element)
            files = (path for path in folder.rglob("*.gz*") if path.name.partition(".")[0] in stamps)
            found |= {f"/{path.relative_to(folder)}" for path in files}
        return found

    def _catalogued(self, stamps):
        statement = (
            "SELECT CONCAT(d.DirName, '/', f.FileName) FROM FC_Files f JOIN FC_DirectoryLevelTree d USING (DirID)"
        )
        where = "WHERE SUBSTRING_INDEX(FileName, '.', 1) IN %s"
        rows = self._stack.sql("FileCatalogDB", f"{statement} {where}", (stamps,))
        return {lfn for (lfn,) in rows}


class Unarchived(Archive):
    """The same where there is no agent: the text is what an operator reads, page by page."""

    def __init__(self, stack, url):
        super().__init__(stack)
        self._url = url

    def text(self, parts):
        """(text, findings) of a log, all its parts together."""
        if not parts:
            return b"", []
        vo, stamp = parts[0].vo, parts[0].stamp
        reader = Connection(self._url, self._stack.pki.certificates, self._stack.proxy(READERS[vo]))
        text, cursor, at_end = "", "", False
        while not at_end:
            answer = reader.call("getLog", vo, stamp, cursor, 0)
            if not answer["OK"]:
                return text.encode(), [f"can't be read: {answer['Message']}"]
            page = answer["Value"]
            text, cursor, at_end = text + page["Text"], page["Cursor"], page["AtEnd"]
        return text.encode(), []

    def orphans(self, stamps):
        """Nothing: there are no files."""
        return []
