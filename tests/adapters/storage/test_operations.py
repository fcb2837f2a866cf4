"""Uploads to storage elements on disk and a catalogue in memory, with DIRAC's clients: what is never destroyed."""

import re
import uuid

import pytest
from cachetools import TTLCache
from DIRAC import S_ERROR, S_OK
from DIRAC.Core.Utilities.DictCache import DictCache
from DIRAC.DataManagementSystem.Client.DataManager import DataManager
from DIRAC.MonitoringSystem.Client.DataOperationSender import DataOperationSender
from DIRAC.Resources.Catalog.FileCatalogFactory import FileCatalogFactory
from DIRAC.Resources.Storage.FileStorage import FileStorage
from DIRAC.Resources.Storage.StorageElement import StorageElement
from DIRAC.ResourceStatusSystem.Client.ResourceStatus import ResourceStatus

from PilotLoggingDIRAC.adapters.storage import registration
from PilotLoggingDIRAC.adapters.storage.operations import put
from PilotLoggingDIRAC.pilotlog.archive.packing import content
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

VO, FIRST, SECOND = "vo.alpha.org", "ALPHA-disk", "ALPHA-tape"
LFN = f"/{VO}/logs/0123.0.1.log.gz"
OTHER, NEW = b"another state of the log, and whole", b"the log"


class Catalogue:
    """A file catalogue as DIRAC's plugins are; ``broken`` are methods that answer with an error."""

    READ = ("exists", "hasAccess", "getFileMetadata", "getReplicas")
    WRITE = ("addFile", "addReplica", "removeFile", "removeReplica", "changePathMode")

    def __init__(self):
        self.files, self.modes, self.broken, self.asked = {}, {}, set(), []

    def getInterfaceMethods(self):  # noqa: N802 - DIRAC's name
        return self.READ, self.WRITE, ()

    def hasCatalogMethod(self, name):  # noqa: N802 - DIRAC's name
        return name in self.READ + self.WRITE

    def __getattr__(self, name):
        if name not in self.READ + self.WRITE:
            raise AttributeError(name)
        return lambda lfns, *_, **__: self._ask(name, lfns)

    def _ask(self, name, lfns):
        self.asked.append(name)
        return S_ERROR("a hiccup") if name in self.broken else self._answer(name, lfns)

    def _answer(self, name, lfns):
        method = getattr(self, "_" + re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name))
        done, failed = {}, {}
        for lfn in [lfns] if isinstance(lfns, str) else lfns:
            try:
                done[lfn] = method(lfn, lfns[lfn] if isinstance(lfns, dict) else None)
            except (KeyError, FileExistsError) as error:
                failed[lfn] = "No such file or directory" if isinstance(error, KeyError) else str(error)
        return S_OK({"Successful": done, "Failed": failed})

    def _exists(self, lfn, _):
        return lfn if lfn in self.files else False

    def _has_access(self, *_):
        return True

    def _get_file_metadata(self, lfn, _):
        return {name: self.files[lfn][name] for name in ("Size", "Checksum", "GUID", "Mode")}

    def _get_replicas(self, lfn, _):
        return dict(self.files[lfn]["Replicas"])

    def _add_file(self, lfn, file):
        known = self.files.setdefault(lfn, file | {"Replicas": {file["SE"]: file["PFN"]}})
        if (known["Size"], known["Checksum"]) != (file["Size"], file["Checksum"]):
            raise FileExistsError("File already registered with other properties")
        known["Replicas"][file["SE"]] = file["PFN"]
        return True

    def _add_replica(self, lfn, replica):
        self.files[lfn]["Replicas"][replica["SE"]] = replica["PFN"]
        return True

    def _remove_replica(self, lfn, replica):
        del self.files[lfn]["Replicas"][replica["SE"]]
        return True

    def _remove_file(self, lfn, _):
        del self.files[lfn]
        return True

    def _change_path_mode(self, path, mode):
        self.modes[path] = mode
        return True


def active(self, name, *_, **__):
    """What DIRAC's service would answer about a storage element."""
    return S_OK({name: dict.fromkeys(("ReadAccess", "WriteAccess", "CheckAccess", "RemoveAccess"), "Active")})


def disk(folder):
    """The section of a storage element that is a folder."""
    access = {"PluginName": "File", "Protocol": "file", "Host": "localhost", "Path": str(folder), "Access": "remote"}
    return {"BackendType": "local", "File.1": {**access, "SpaceToken": "", "WSUrl": ""}}


class Grid:
    """Two storage elements in folders, and the catalogue."""

    def __init__(self, folder):
        self.folder, self.catalogue = folder, Catalogue()

    def put(self, text, se=FIRST, lfn=LFN):
        path = self.folder / "packed"
        path.write_bytes(text)
        found = content(path)
        put(VO, se, lfn, "01234567-89AB-CDEF-0123-456789ABCDEF", found.size, found.checksum, str(path))

    def copy(self, se=FIRST):
        return self.folder / se / LFN.lstrip("/")

    def replicate(self):
        """Put the file on the second storage element, too."""
        self.copy(SECOND).parent.mkdir(parents=True)
        self.copy(SECOND).write_bytes(self.copy().read_bytes())
        assert DataManager(vo=VO).registerReplica((LFN, str(self.copy(SECOND)), SECOND))["Value"]["Successful"]


@pytest.fixture
def grid(tmp_path, configure, monkeypatch):
    protocols = {f"{use}Protocols": "file" for use in ("Access", "Write", "Stage", "Registration", "ThirdParty")}
    services = {"Catalogs": {"CatalogList": "Memory", "Memory": {"AccessType": "Read-Write", "Master": "True"}}}
    for name in (FIRST, SECOND):
        (tmp_path / name).mkdir()
    configure(
        {
            "Resources": {
                "FileCatalogs": {"Memory": {"AccessType": "Read-Write", "Status": "Active", "Master": "True"}},
                "StorageElements": {name: disk(tmp_path / name) for name in (FIRST, SECOND)},
            },
            "Operations": {"Defaults": {"DataManagement": protocols, "Services": services}},
        }
    )
    grid = Grid(tmp_path)
    monkeypatch.setattr(FileCatalogFactory, "createCatalog", lambda self, name: S_OK(grid.catalogue))
    monkeypatch.setattr(ResourceStatus, "getElementStatus", active)
    for name in ("sendData", "concludeSending"):
        monkeypatch.setattr(DataOperationSender, name, lambda self, *_, **__: S_OK())
    monkeypatch.setattr(StorageElement, "seCache", DictCache())  # it would have the folders of the test before
    return grid


def test_remains_of_an_upload_that_was_not_registered_are_replaced(grid):
    grid.copy().parent.mkdir(parents=True)
    grid.copy().write_bytes(b"half")
    grid.put(NEW)
    assert grid.copy().read_bytes() == NEW
    assert list(grid.catalogue.files[LFN]["Replicas"]) == [FIRST]


def test_another_whole_file_stays(grid):
    grid.put(OTHER)
    with pytest.raises(ArchiveError, match="Another file"):
        grid.put(NEW)
    assert grid.copy().read_bytes() == OTHER


def test_another_file_stays_whose_size_can_not_be_had(grid, monkeypatch):
    grid.put(OTHER)
    monkeypatch.setattr(FileStorage, "getFileSize", lambda self, path: S_ERROR("a hiccup"))
    with pytest.raises(ArchiveError, match="Another file"):
        grid.put(NEW)
    assert grid.copy().read_bytes() == OTHER
    assert LFN in grid.catalogue.files


def test_another_file_stays_that_is_damaged_here_and_whole_elsewhere(grid):
    grid.put(OTHER)
    grid.replicate()
    grid.copy().write_bytes(b"damaged")
    with pytest.raises(ArchiveError, match=f"Another file.*{SECOND}"):
        grid.put(NEW)
    assert grid.copy(SECOND).read_bytes() == OTHER
    assert sorted(grid.catalogue.files[LFN]["Replicas"]) == [FIRST, SECOND]


def test_what_is_left_of_another_file_that_is_nowhere_else_is_replaced(grid):
    grid.put(OTHER)
    grid.copy().write_bytes(b"damaged")
    grid.put(NEW)
    assert grid.copy().read_bytes() == NEW


@pytest.mark.parametrize("broken", [set(), {"getReplicas"}])
def test_another_file_on_another_storage_element_keeps_its_entry(grid, broken):
    grid.put(OTHER, SECOND)
    grid.catalogue.broken = broken
    with pytest.raises(ArchiveError):
        grid.put(NEW)
    assert list(grid.catalogue.files[LFN]["Replicas"]) == [SECOND]
    assert grid.catalogue.files[LFN]["Size"] == len(OTHER)


def test_an_entry_without_replicas_gives_way(grid):
    grid.put(OTHER)
    grid.copy().unlink()
    grid.catalogue.files[LFN]["Replicas"].clear()
    grid.put(NEW)
    assert grid.catalogue.files[LFN]["Size"] == len(NEW)


@pytest.fixture
def pass_refusal(monkeypatch):
    """Let as much time pass as a refusal to restrict a folder is remembered."""
    now = [0.0]
    remembered = TTLCache(10, registration.REFUSAL_SECONDS, timer=lambda: now[0])
    monkeypatch.setattr(registration, "refused_folders", remembered)
    return lambda: now.append(now.pop() + registration.REFUSAL_SECONDS)


@pytest.fixture
def warnings(monkeypatch):
    """The warnings that were logged."""
    found = []
    monkeypatch.setattr(registration._log, "warn", lambda *words: found.append(words))
    return found


def test_a_folder_that_could_not_be_restricted_is_with_a_later_copy_in_it(grid, pass_refusal):
    folder = f"/{VO}/logs/{uuid.uuid4()}"  # the folders of the tests before are restricted
    grid.catalogue.broken = {"changePathMode"}
    grid.put(NEW, lfn=f"{folder}/1.log.gz")
    grid.catalogue.broken = set()
    pass_refusal()
    grid.put(NEW, lfn=f"{folder}/2.log.gz")
    assert grid.catalogue.modes == {folder: 0o750}
    grid.catalogue.modes.clear()
    grid.put(NEW, lfn=f"{folder}/3.log.gz")
    assert grid.catalogue.modes == {}, "once is enough"


def test_a_catalogue_that_refuses_to_restrict_a_folder_is_asked_again_only_in_a_while(grid, pass_refusal, warnings):
    folder = f"/{VO}/logs/{uuid.uuid4()}"
    grid.catalogue.broken = {"changePathMode"}
    for number in range(3):
        grid.put(NEW, lfn=f"{folder}/{number}.log.gz")
    assert (grid.catalogue.asked.count("changePathMode"), len(warnings)) == (1, 1)
    grid.put(NEW, lfn=f"{folder}-another/1.log.gz")
    assert (grid.catalogue.asked.count("changePathMode"), len(warnings)) == (2, 2), "each folder is tried"
    pass_refusal()
    grid.put(NEW, lfn=f"{folder}/3.log.gz")
    assert (grid.catalogue.asked.count("changePathMode"), len(warnings)) == (3, 3)
