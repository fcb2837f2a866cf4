"""DESIGN's table of rooms: what each may import, and where S_OK and S_ERROR may be; and STYLE's lengths."""

import ast
import sys
from pathlib import Path

import pytest

import PilotLoggingDIRAC

PACKAGE = "PilotLoggingDIRAC"
ROOT = Path(PilotLoggingDIRAC.__file__).parent
WMS = f"{PACKAGE}.WorkloadManagementSystem"
LOGIC, SQL = f"{PACKAGE}.pilotlog", f"{PACKAGE}.pilotlog.sql"
ASSEMBLY, EDGE, GUARDS, IDENTITY = (f"{WMS}.Utilities.{name}" for name in ("Assembly", "Edge", "Guards", "Identity"))
PLUGINS = f"{WMS}.Client.PilotLoggingPlugins"
OUTSIDE = ("sqlalchemy", "MySQLdb", "stomp", "opensearchpy", "requests", "diraccfg")

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 30

#: Rooms that take in parts of others while those move; they may import what the parts did.
COMING = tuple(f"{PACKAGE}.{name}" for name in ("adapters", "assembly", "transport", "web", "commands"))

#: (what the module's name begins with, what it may import); the first that fits counts.
ROOMS = (
    *((room, (PACKAGE, "DIRAC", "tornado", "M2Crypto", "tornado_m2crypto", *OUTSIDE)) for room in COMING),
    (SQL, (LOGIC, "sqlalchemy", "zstandard")),
    (f"{LOGIC}.redaction", (f"{LOGIC}.redaction", f"{LOGIC}.characters", "re2")),
    (f"{LOGIC}.text.redaction", (f"{LOGIC}.text.redaction", f"{LOGIC}.text.utf8", "re2")),
    (f"{LOGIC}.patterns", (LOGIC, "re2")),
    (f"{LOGIC}.search", (LOGIC, "re2")),
    (f"{LOGIC}.tokens", (LOGIC, "joserfc")),
    (LOGIC, (LOGIC, "zstandard")),
    (f"{WMS}.DB", (LOGIC, "DIRAC", *OUTSIDE)),
    # DIRAC's option DownloadPlugin loads it by name: a way in, like a handler, though its place is among the plugins
    (f"{PLUGINS}.PilotLoggingDownloadPlugin", (LOGIC, ASSEMBLY, EDGE, "DIRAC")),
    (f"{PLUGINS}.FileCacheDownloadPlugin", (f"{PLUGINS}.PilotLoggingDownloadPlugin",)),
    (PLUGINS, (LOGIC, PLUGINS, EDGE, f"{WMS}.Client", "DIRAC", *OUTSIDE)),
    (f"{WMS}.Client", (LOGIC, f"{WMS}.Client", "DIRAC")),
    (EDGE, (LOGIC, "DIRAC")),
    (GUARDS, (GUARDS, f"{LOGIC}.terminal", f"{LOGIC}.text.terminal", "DIRAC", "tornado", "M2Crypto", "tornado_m2crypto")),
    (IDENTITY, (LOGIC, ASSEMBLY, IDENTITY, "DIRAC", "tornado", "M2Crypto")),
    (f"{WMS}.Utilities", (LOGIC, f"{WMS}.DB", f"{WMS}.Client", f"{WMS}.Utilities", "DIRAC", *OUTSIDE)),
    (f"{WMS}.Service", (LOGIC, ASSEMBLY, EDGE, GUARDS, IDENTITY, f"{WMS}.Service", "DIRAC", "tornado")),
    (f"{WMS}.Agent", (LOGIC, ASSEMBLY, EDGE, "DIRAC")),
    (f"{WMS}.API", (LOGIC, ASSEMBLY, EDGE, GUARDS, IDENTITY, f"{WMS}.API", "DIRAC", "tornado", "prometheus_client")),
    (f"{WMS}.scripts", (f"{WMS}.Client", "DIRAC")),
    (f"{PACKAGE}.MonitoringSystem.Service", (LOGIC, ASSEMBLY, EDGE, f"{WMS}.Service", "DIRAC", "tornado")),
    (PACKAGE, ()),
)

#: Rooms that speak DIRAC's S_OK and S_ERROR.
SPEAKERS = ("transport", "Utilities", "Service", "Agent", "API", "scripts")


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        yield pytest.param(path, ".".join(parts).removesuffix(".__init__"), id="/".join(parts[1:]) or PACKAGE)


each_module = pytest.mark.parametrize(("path", "name"), list(modules()))


def imported(path, name):
    """Names of all that a file imports, wherever in the file, relative ones made absolute."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_within(name, room):
    return name == room or name.startswith(room + ".")


def may_import(name):
    return next(allowed for room, allowed in ROOMS if is_within(name, room))


def is_allowed(target, name):
    if target.split(".")[0] in sys.stdlib_module_names:
        return True
    if is_within(target, SQL) and not is_within(name, SQL):
        return any(is_within(name, room) for room in (*COMING, LOGIC, f"{WMS}.DB", PLUGINS, ASSEMBLY))
    if any(is_within(target, room) for room in COMING) and not is_within(name, LOGIC):
        return True
    return any(is_within(target, room) for room in may_import(name))


@each_module
def test_module_imports_what_its_room_may(path, name):
    assert [target for target in imported(path, name) if not is_allowed(target, name)] == []


@each_module
def test_logic_knows_neither_dirac_nor_tornado(path, name):
    if is_within(name, LOGIC):
        assert not {target.split(".")[0] for target in imported(path, name)} & {"DIRAC", "DIRACCommon", "tornado"}


@each_module
def test_answers_of_dirac_are_made_at_the_edge_only(path, name):
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    if not any(part in SPEAKERS for part in name.split(".")):
        assert not names & {"S_OK", "S_ERROR"}


@each_module
def test_file_is_short(path, name):
    assert len(path.read_text().splitlines()) <= MAX_FILE_LINES


@each_module
def test_functions_are_short(path, name):
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {function.name: function.end_lineno - function.lineno + 1 for function in functions}
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == {}


@each_module
def test_module_says_what_it_is_for(path, name):
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree)
