"""The archive of bundles, read with Python's zipfile alone, and what must not be there: each byte is looked at."""

import gzip
import time
import zipfile
import zlib
from dataclasses import dataclass

from ...stack import world
from ..archive import ARCHIVED, DATABASE, Archive
from ..field import CLEANED_SECONDS

_GENERATIONS = "SELECT LogID, Generation FROM PilotLogs WHERE PilotStamp IN %s"
_OF_DELETED = """
    SELECT COUNT(*) FROM {} t JOIN PilotLogs l USING (LogID) WHERE l.State = 'Deleted' AND l.PilotStamp IN %s"""
_BUNDLES = """
    SELECT BundleID, SE, LFN, Size, Checksum, VerifiedAt IS NOT NULL, Retired,
           RecordedAt < UTC_TIMESTAMP() - INTERVAL %s SECOND FROM PilotLogBundles"""
_MEMBERS = """
    SELECT f.BundleID, CONCAT(l.PilotStamp, '.', l.Part, '.', f.Generation, '.log.gz')
    FROM PilotLogFiles f JOIN PilotLogs l USING (LogID) WHERE f.BundleID != 0"""


@dataclass(frozen=True)
class Bundle:
    """A row of PilotLogBundles; ``old``: nobody can still be at work on it."""

    id: int
    se: str
    lfn: str
    size: int
    checksum: str
    verified: bool
    retired: bool
    old: bool


class BundledArchive(Archive):
    """Looks at bundles too."""

    def parts(self, stamps):
        """The parts of all logs with these stamps but those that were deleted."""
        return [part for part in super().parts(stamps) if part.state != "Deleted"]

    def text(self, parts):
        """See ``Archive.text``."""
        stamps = tuple({part.stamp for part in parts})
        self._generations = dict(self._stack.sql(DATABASE, _GENERATIONS, (stamps,))) if stamps else {}
        return super().text(parts)

    def _file(self, part):
        if part.state not in ARCHIVED or not part.verified or not part.lfn.endswith(".zip"):
            return super()._file(part)
        path = self._path(part.se, part.lfn)
        if not path.is_file():
            return b"", [f"{part.lfn} is {part.state} and not on {part.se}"]
        if _content(path) != (part.size, part.checksum):
            return b"", [f"{part.lfn} is not what was verified"]
        name = f"{part.stamp}.{part.number}.{self._generations[part.log_id]}.log.gz"
        texts = members(path)
        return (texts[name], []) if name in texts else (b"", [f"{name} is not in {part.lfn}"])

    def _path(self, se, lfn):
        return self._stack.storage_path(se) / lfn.lstrip("/")

    def bundles(self):
        """All rows of bundles."""
        return [Bundle(*row) for row in self._stack.sql(DATABASE, _BUNDLES, (CLEANED_SECONDS,))]

    def files(self):
        """(storage element, LFN) of all bundles that are files."""
        folders = {vo.storage_element: self._stack.storage_path(vo.storage_element) for vo in world.VOS}
        found = ((se, folder, path) for se, folder in folders.items() for path in folder.rglob("*.zip*"))
        return {(se, f"/{path.relative_to(folder)}") for se, folder, path in found}

    def left_of(self, victims):
        """Return what is left of deleted logs, (stamp, sender's name) each, in the database and in any file."""
        stamps = tuple(stamp for stamp, _ in victims)
        findings = [f"a deleted log has a part: {part}" for part in self.parts(stamps)]
        for table in ("PilotLogFiles", "PilotLogBatches"):
            [[number]] = self._stack.sql(DATABASE, _OF_DELETED.format(table), (stamps,))
            findings += [f"{number} rows of {table} are of deleted logs"] if number else []
        for se, lfn in sorted(self.files()):
            findings += self._left_in(self._path(se, lfn), victims)
        return findings

    def _left_in(self, path, victims):
        try:
            texts = members(path)
        except (FileNotFoundError, zipfile.BadZipFile):  # it is being removed or written
            return []
        return [
            f"{stamp} ({who}) was deleted, and is in {path.name}: {name}"
            for name, text in texts.items()
            for stamp, who in victims
            if name.startswith(stamp) or f"{who}.".encode() in text
        ]

    def orphans(self, stamps):
        """Return what is wrong with all bundles and files, once the agents have cleaned up."""
        deadline = time.monotonic() + CLEANED_SECONDS
        while (found := self._bundles_wrong()) and time.monotonic() < deadline:
            time.sleep(1)
        return found

    def _bundles_wrong(self):
        """Files first: a bundle is recorded before it is a file, and forgotten after it was removed."""
        files, catalogued, rows = self.files(), self._bundles_catalogued(), self.bundles()
        known = {(bundle.se, bundle.lfn) for bundle in rows}
        lfns = {bundle.lfn for bundle in rows}
        findings = [f"on {se}, and not recorded: {lfn}" for se, lfn in sorted(files - known)]
        findings += [f"in the catalogue, and not recorded: {lfn}" for lfn in sorted(catalogued - lfns)]
        findings += [f"is left over: {bundle}" for bundle in rows if bundle.old and not _is_settled(bundle)]
        now = {(bundle.id, bundle.retired) for bundle in self.bundles()}
        for bundle in rows:
            if bundle.old and _is_settled(bundle) and (bundle.id, bundle.retired) in now:
                findings += self._bundle_wrong(bundle)
        return findings

    def _bundle_wrong(self, bundle):
        path = self._path(bundle.se, bundle.lfn)
        if not path.is_file() or bundle.lfn not in self._bundles_catalogued():
            return [f"not on the storage element, or not in the catalogue: {bundle}"]
        if _content(path) != (bundle.size, bundle.checksum):
            return [f"is not what was verified: {bundle}"]
        recorded = {name for number, name in self._stack.sql(DATABASE, _MEMBERS) if number == bundle.id}
        there = set(members(path))
        return [f"{bundle} has members {sorted(there)}, recorded are {sorted(recorded)}"] if there != recorded else []

    def _bundles_catalogued(self):
        statement = (
            "SELECT CONCAT(d.DirName, '/', f.FileName) FROM FC_Files f JOIN FC_DirectoryLevelTree d USING (DirID)"
            " WHERE f.FileName LIKE '%.zip'"
        )
        return {lfn for (lfn,) in self._stack.sql("FileCatalogDB", statement)}


def _is_settled(bundle):
    return bundle.verified and not bundle.retired


def _content(path):
    data = path.read_bytes()
    return len(data), f"{zlib.adler32(data):08x}"


def members(path):
    """The texts of a bundle's members by their names. Raise BadZipFile when it is no ZIP, or damaged."""
    with zipfile.ZipFile(path) as file:
        return {name: gzip.decompress(file.read(name)) for name in file.namelist()}
