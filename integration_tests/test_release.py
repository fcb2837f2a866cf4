"""sdist and wheel hold every file of the package; ``./dev build`` also installs the wheel and looks for its parts."""

import tarfile
import zipfile

import pytest

import PilotLoggingDIRAC

from . import release

SOURCE = release.TOP / "src"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the paths of sdist and wheel."""
    return release.build(tmp_path_factory.mktemp("dist"))


def files_of_the_package():
    """Return the paths of all files below src/PilotLoggingDIRAC, by which Python imports and DIRAC finds them."""
    found = (SOURCE / release.PACKAGE).rglob("*")
    return {str(path.relative_to(SOURCE)) for path in found if path.is_file() and path.parent.name != "__pycache__"}


def test_wheel_holds_every_file_of_the_package_and_no_other(built):
    names = {name for name in zipfile.ZipFile(built[1]).namelist() if ".dist-info/" not in name}
    apart = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    assert apart == {"share/bash-completion/completions/dirac-admin-pilot-logs.bash"}
    assert {name for name in names if ".data/data/" not in name} == files_of_the_package()


def test_sdist_holds_every_file_of_the_package(built):
    with tarfile.open(built[0]) as sdist:
        names = {name.partition("/src/")[2] for name in sdist.getnames()}
    assert files_of_the_package() <= names


def test_files_are_called_by_the_package_s_version(built):
    version = PilotLoggingDIRAC.__version__
    assert [path.name for path in built] == [
        f"pilotloggingdirac-{version}.tar.gz",
        f"pilotloggingdirac-{version}-py3-none-any.whl",
    ]
