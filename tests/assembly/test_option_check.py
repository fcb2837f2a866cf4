"""Options as somebody mistypes them, in a whole configuration: each is told, and the others count."""

import functools
import re
from pathlib import Path

import pytest

from PilotLoggingDIRAC import assembly
from PilotLoggingDIRAC.assembly import option_check, options
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.assembly.reading.sources import names_for
from PilotLoggingDIRAC.pilotlog import settings
from PilotLoggingDIRAC.pilotlog.archive.packing import Target
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from PilotLoggingDIRAC.pilotlog.settings import ArchiveSettings, RetentionSettings

VO, WMS = "vo.alpha.org", "/Systems/WorkloadManagement"
RIGHT = {
    "Registry": {
        "VO": {VO: {}},
        "Groups": {"data": {"Users": "dora", "VO": VO}},
        "Users": {"dora": {"DN": "/CN=dora"}},
    },
    "Resources": {"StorageElements": {"ALPHA-disk": {"BackendType": "x"}}},
    "Operations": {
        VO: {
            "Pilot": {"UploadSE": "ALPHA-disk", "UploadPath": f"/{VO}/logs", "LogSources": "Collector, Archive"},
            "PilotLogging": {"BatchesSeconds": "86400", "VOMembersMayRead": "yes"},
            "Shifter": {"DataManager": {"User": "dora", "Group": "data"}},
        }
    },
    "Systems": {
        "WorkloadManagement": {
            "Services": {"TornadoPilotLogging": {"Protocol": "https", "AnswerSeconds": "4"}},
            "Agents": {"PilotLoggingAgent": {"PollingTime": "600", "Workers": "8"}},
            "PilotLogging": {"AlarmAddress": "logs@example.org", "BalancerAddresses": "192.0.2.0/24"},
        }
    },
}
WRONG = [
    (f"/Operations/{VO}/Pilot/UploadSE", "ALPHA-dsk", f"/Operations/{VO}/Pilot"),
    (f"/Operations/{VO}/Pilot/UploadSE", "ALPHA-disk, OTHER", f"/Operations/{VO}/Pilot"),
    (f"/Operations/{VO}/Pilot/UploadPath", f"/{VO}/logs, /{VO}/more", f"/Operations/{VO}/Pilot"),
    (f"/Operations/{VO}/Pilot/LogSources", "Colector, Archive", None),
    (f"/Operations/{VO}/Pilot/RemoteLogsPriority", "Ture", None),
    (f"/Operations/{VO}/PilotLogging/VOMembersMayRead", "maybe", None),
    (f"/Operations/{VO}/PilotLogging/BatchesSeconds", "a week", None),
    (f"/Operations/{VO}/PilotLogging/BatchSeconds", "86400", None),
    (f"/Operations/{VO}/Shifter/DataManager/User", "", f"/Operations/{VO}/Pilot"),
    (f"{WMS}/Services/TornadoPilotLogging/CommitSeconds", "nan", None),
    (f"{WMS}/Services/TornadoPilotLogging/SpoolPath", "work/spool", None),
    (f"{WMS}/Agents/PilotLoggingAgent/Workers", "0", None),
    (f"{WMS}/PilotLogging/SourceSeconds", "-1", None),
    (f"{WMS}/PilotLogging/AlarmAddress", "root", None),
    (f"{WMS}/PilotLogging/BalancerAddresses", "192.0.2.0/99", None),
    (f"{WMS}/PilotLogging/CrossVOGroups", "nobody", None),
    (f"{WMS}/PilotLogging/Redaction/Badge", "(", None),
    (f"{WMS}/APIs/PilotLogs/TickSeconds", "0", None),
    (f"{WMS}/APIs/PilotLogs/MaxFigured", "all", None),
    (f"{WMS}/Agents/PilotLogForwardingAgent/BundleCacheMB", "much", None),
    (f"{WMS}/APIs/PilotLogMetrics/Sites", "many", None),
]


@pytest.fixture
def set_up(configure):
    """``set_up(*options)``: the right configuration with other options, as (path, value)."""
    return functools.partial(configure, RIGHT)


def test_right_options_are_no_problem(set_up):
    set_up()
    assert option_check.problems() == {}


@pytest.mark.parametrize(("path", "value", "told"), WRONG)
def test_a_wrong_option_is_told_alone(set_up, path, value, told):
    set_up((path, value))
    assert list(option_check.problems()) == [told or path]


def test_each_of_several_wrong_groups_and_destinations_is_told(set_up):
    groups, destinations = f"{WMS}/PilotLogging/CrossVOGroups", f"/Operations/{VO}/PilotLogging/Destinations"
    set_up((groups, "data, nobody, noone"), (destinations, "Archive, 2nd, Nowhere"))
    told = option_check.problems()
    assert told[groups] == "there is no group nobody; there is no group noone"
    assert "2nd" in told[destinations]
    assert "begins with no digit" in told[destinations]
    assert "; /Resources/PilotLogDestinations/Nowhere has no Plugin" in told[destinations]


def test_all_of_them_together_are_told_and_the_others_count(set_up):
    wrong = {path: value for path, value, _ in WRONG}
    set_up(*wrong.items(), (f"/Operations/{VO}/PilotLogging/KeptSeconds", "60"))
    assert len(option_check.problems()) >= len(wrong) - 2
    assert options.fill(RetentionSettings, options.operations(VO)) == RetentionSettings(kept_seconds=60)
    agent = options.agent("WorkloadManagement/PilotLoggingAgent")
    assert options.fill(ArchiveSettings, agent) == ArchiveSettings()


@pytest.mark.parametrize("change", [("UploadSE", "ALPHA-dsk"), ("UploadPath", f"/{VO}/logs, /{VO}/more")])
def test_nothing_is_archived_to_a_place_that_is_mistyped(set_up, change):
    set_up()
    assert archives.target(VO) == Target("ALPHA-disk", f"/{VO}/logs")
    set_up((f"/Operations/{VO}/Pilot/{change[0]}", change[1]))
    with pytest.raises(ArchiveError, match=change[0]):
        archives.target(VO)


def test_sources_are_found_whatever_the_case_of_their_letters(set_up):
    set_up((f"/Operations/{VO}/Pilot/LogSources", "collector"))
    assert names_for(VO) == ("Collector",)
    assert option_check.problems() == {}


def test_no_settings_are_left_unchecked():
    """``StoreSettings`` of the agent are those of ``AgentStoreSettings``."""
    kinds = {kind for kind in vars(settings).values() if isinstance(kind, type)}
    assert kinds <= option_check.CHECKED


def test_no_settings_that_are_filled_from_options_are_left_unchecked():
    files = Path(assembly.__file__).parent.rglob("*.py")
    filled = {name for file in files for name in re.findall(r"options\.fill\(\s*(\w+)", file.read_text())}
    assert "PageSettings" in filled
    assert filled <= {kind.__name__ for kind in option_check.CHECKED}
