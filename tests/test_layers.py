"""The rooms: what each may import, where S_OK and S_ERROR may be, how long files are, how tests are named."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import PilotLoggingDIRAC

PACKAGE = "PilotLoggingDIRAC"
ROOT = Path(PilotLoggingDIRAC.__file__).parent
TESTS = Path(__file__).parent
#: Folders of tests of what is no room of the package.
OTHER_TESTS = ("benchmarks", "corpora", "stack")
LOGIC, ADAPTERS, ASSEMBLY, TRANSPORT, WEB, COMMANDS = (
    f"{PACKAGE}.{room}" for room in ("pilotlog", "adapters", "assembly", "transport", "web", "commands")
)
SQL, GUARDS = f"{LOGIC}.sql", f"{TRANSPORT}.guards"
WMS, MONITORING = f"{PACKAGE}.WorkloadManagementSystem", f"{PACKAGE}.MonitoringSystem"

MAX_FOLDER_FILES = 15
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 30

#: Destinations that the package has plugins for.
DESTINATIONS = ("Stomp", "Syslog", "OpenSearch", "Kafka", "Otlp")

#: (what the module's name begins with, what it may import); the first that fits counts.
ROOMS = (
    (SQL, (LOGIC, "sqlalchemy", "zstandard")),
    (f"{LOGIC}.text.redaction", (f"{LOGIC}.text.redaction", f"{LOGIC}.text.utf8", "re2", "hyperscan")),
    (f"{LOGIC}.search.pattern", (LOGIC, "re2")),
    (f"{LOGIC}.text.outline", (LOGIC, "re2")),
    (f"{LOGIC}.diagnose", (LOGIC, "re2", "hyperscan")),
    (f"{LOGIC}.tokens", (LOGIC, "joserfc")),
    (f"{LOGIC}.receive.receiver", (LOGIC, "prometheus_client")),
    (f"{LOGIC}.receive", (LOGIC, "cachetools")),
    (f"{LOGIC}.write.writer", (LOGIC, "prometheus_client")),
    (f"{LOGIC}.admin.metrics", (LOGIC, "prometheus_client")),
    (f"{LOGIC}.describe.hosts", (LOGIC, "cachetools")),
    (f"{LOGIC}.read", (LOGIC, "cachetools")),
    (f"{LOGIC}.page", (LOGIC, "cachetools")),
    (LOGIC, (LOGIC,)),
    (f"{ADAPTERS}.sources", (LOGIC, ADAPTERS, "DIRAC")),
    (f"{ADAPTERS}.workers", (LOGIC, f"{ADAPTERS}.workers", "DIRAC", "diraccfg")),
    (
        f"{ADAPTERS}.destinations",
        (
            *(LOGIC, f"{ADAPTERS}.destinations", f"{ADAPTERS}.timed_http", "DIRAC"),
            *("stomp", "opensearchpy", "confluent_kafka", "opentelemetry", "requests"),
        ),
    ),
    (f"{ADAPTERS}.storage.registration", (LOGIC, ADAPTERS, "DIRAC", "cachetools")),
    (ADAPTERS, (LOGIC, ADAPTERS, "DIRAC", "sqlalchemy")),
    (ASSEMBLY, (LOGIC, ADAPTERS, ASSEMBLY, "DIRAC", "cachetools")),
    (
        GUARDS,
        (
            *(GUARDS, f"{LOGIC}.text.terminal", f"{ADAPTERS}.registry"),
            *("DIRAC", "tornado", "M2Crypto", "tornado_m2crypto", "cachetools"),
        ),
    ),
    (f"{TRANSPORT}.identity", (LOGIC, ASSEMBLY, f"{TRANSPORT}.identity", "DIRAC", "tornado", "M2Crypto", "cachetools")),
    # must be there when nothing else of the package is; the mail of its alarm is optional
    (f"{TRANSPORT}.missing", (f"{ASSEMBLY}.alarms", "DIRAC")),
    (f"{TRANSPORT}.stand_in", (f"{TRANSPORT}.missing", "DIRAC", "tornado")),
    (TRANSPORT, (LOGIC, ASSEMBLY, TRANSPORT, "DIRAC", "tornado")),
    (f"{WEB}.metrics_handler", (LOGIC, ASSEMBLY, WEB, "tornado", "prometheus_client")),
    (WEB, (LOGIC, ASSEMBLY, TRANSPORT, WEB, "DIRAC", "tornado")),
    # a canary sends as a pilot does: with a proxy that the workers' adapter fetches
    (f"{COMMANDS}.canary.credential", (LOGIC, COMMANDS, f"{ADAPTERS}.workers.proxies", "DIRAC")),
    # the rules of a VO are options: one command diagnoses by itself, others name their causes
    *(
        (f"{COMMANDS}.{name}", (LOGIC, COMMANDS, f"{ASSEMBLY}.diagnosis_rules", "DIRAC"))
        for name in ("causes.diagnosing", "terminal.known_names")
    ),
    (COMMANDS, (LOGIC, COMMANDS, f"{ADAPTERS}.output_service", "DIRAC")),
    # doors
    (f"{WMS}.DB", (ADAPTERS,)),
    (f"{WMS}.Client.PilotLoggingPlugins.FileCacheDownloadPlugin", (f"{WMS}.Client.PilotLoggingPlugins",)),
    *((f"{WMS}.Client.PilotLoggingPlugins.{name}Destination", (f"{ADAPTERS}.destinations",)) for name in DESTINATIONS),
    (f"{WMS}.Client.PilotLoggingPlugins", (LOGIC, ASSEMBLY, TRANSPORT, "DIRAC")),
    (f"{WMS}.Client", (COMMANDS, "DIRAC")),
    (f"{WMS}.Agent", (LOGIC, ASSEMBLY, "DIRAC")),
    (f"{WMS}.Service", (LOGIC, ASSEMBLY, TRANSPORT, f"{WMS}.Service", "DIRAC", "tornado")),
    (f"{WMS}.API", (TRANSPORT, WEB)),
    # the rules of redaction are options, and the command that imports files redacts them itself
    (f"{WMS}.scripts.dirac_admin_pilot_logs_import", (COMMANDS, f"{ASSEMBLY}.redaction", "DIRAC")),
    (f"{WMS}.scripts", (COMMANDS, "DIRAC")),
    (MONITORING, (TRANSPORT, "DIRAC")),
    (PACKAGE, ()),
)

#: The rooms of ``pilotlog`` that stand on no other, those on them, and so on: a room may import rooms further down.
FLOORS = (
    ("pauses", "stored_file"),
    ("errors", "model", "settings", "turns"),
    ("access", "bounded_executor", "cursors", "diagnosed", "endings", "text", "tokens", "validation"),
    ("diagnose", "lifecycle", "ports", "search"),
    ("outcome",),
    ("admin", "archive", "describe", "read", "write"),
    ("forward", "notify", "page", "receive"),
    ("sql",),
)

#: Rooms that speak DIRAC's S_OK and S_ERROR; identity and diset_arguments take the place of steps of DIRAC's that
#: answer so.
SPEAKERS = (
    f"{TRANSPORT}.edge",
    f"{TRANSPORT}.missing",
    f"{TRANSPORT}.identity",
    f"{TRANSPORT}.diset_arguments",
    WMS,
    MONITORING,
)


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
    # _typeshed has the types of the standard library, only for type checks
    if target.split(".")[0] in {*sys.stdlib_module_names, "_typeshed"}:
        return True
    if is_within(target, SQL):
        return any(is_within(name, room) for room in (SQL, ADAPTERS, ASSEMBLY))
    return any(is_within(target, room) for room in may_import(name))


def floor(name):
    """The floor of a module of ``pilotlog``; a room has to be in FLOORS."""
    room = name.removeprefix(f"{LOGIC}.").split(".")[0]
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms), room


@each_module
def test_module_imports_what_its_room_may(path, name):
    assert [target for target in imported(path, name) if not is_allowed(target, name)] == []


@each_module
def test_rooms_of_logic_import_only_those_further_down(path, name):
    if not name.startswith(f"{LOGIC}."):
        return
    mine, room = floor(name)
    ours = [target for target in imported(path, name) if is_within(target, LOGIC)]
    assert [target for target in ours if floor(target)[1] != room and floor(target)[0] >= mine] == []


@each_module
def test_logic_knows_neither_dirac_nor_tornado(path, name):
    if is_within(name, LOGIC):
        assert not {target.split(".")[0] for target in imported(path, name)} & {"DIRAC", "DIRACCommon", "tornado"}


@each_module
def test_answers_of_dirac_are_made_at_the_edge_only(path, name):
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    if not any(is_within(name, room) for room in SPEAKERS):
        assert not names & {"S_OK", "S_ERROR"}


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in ROOT.rglob("*.*") if path.suffix != ".pyc"}), ids=str
)
def test_folder_has_few_files(folder):
    files = [path for path in folder.iterdir() if path.is_file() and path.name != "__init__.py"]
    assert len(files) <= MAX_FOLDER_FILES


@pytest.mark.parametrize("folder", sorted({path.parent for path in (ROOT / "web" / "static").rglob("*.*")}), ids=str)
def test_folder_of_the_page_has_few_modules(folder):
    assert len(list(folder.glob("*.*"))) <= MAX_FOLDER_FILES


@each_module
def test_file_is_short(path, name):
    assert len(path.read_text().splitlines()) <= MAX_FILE_LINES


@each_module
def test_functions_are_short(path, name):
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {function.name: function.end_lineno - function.lineno + 1 for function in functions}
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == {}


@each_module
def test_module_says_what_it_is_for(path, name):
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree)


def test_public_classes_have_names_of_their_own():
    found = Counter(
        node.name
        for module in modules()
        for node in ast.walk(ast.parse(module.values[0].read_text()))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, times in found.items() if times > 1] == []


def test_docstrings_refer_to_methods_that_are_there():
    """As "See ``Class.method``", where a class does what a protocol says."""
    classes = {
        node.name: node
        for module in modules()
        for node in ast.walk(ast.parse(module.values[0].read_text()))
        if isinstance(node, ast.ClassDef)
    }

    def has(name, method):
        node = classes.get(name)
        if node is None:
            return False
        bases = (base.id for base in node.bases if isinstance(base, ast.Name))
        return any(getattr(item, "name", "") == method for item in node.body) or any(
            has(base, method) for base in bases
        )

    referred = {
        (where, found[1], found[2])
        for module in modules()
        for where in [module.values[1]]
        for found in re.finditer(r'"""See ``(?:\w+\.)*([A-Z]\w*)\.(\w+)``', module.values[0].read_text())
    }
    assert len(referred) > 100
    assert sorted(where for where in referred if not has(*where[1:])) == []


def test_last_lines_are_had_without_sqlalchemy():
    program = f"import sys, {COMMANDS}.logs.reading; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1:] == ["False"]


@pytest.mark.parametrize("path", sorted(path.relative_to(TESTS) for path in TESTS.glob("*/**/test_*.py")), ids=str)
def test_tests_are_named_after_their_module_or_room(path):
    if path.parts[0] in OTHER_TESTS:
        return
    room, subject = ROOT / path.parent, path.stem.removeprefix("test_")
    assert room.is_dir()
    names = {room.name, *(module.stem for module in room.iterdir())}
    assert any(subject == name or subject.startswith(f"{name}_") for name in names)
