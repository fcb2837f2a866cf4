"""Files, modules, commands, switches and messages that the documentation names exist."""

import ast
import functools
import re
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from PilotLoggingDIRAC.commands.terminal.switches import SWITCHES

TOP = Path(__file__).parent.parent
FOLDERS = ("src", "tests", "integration_tests", "benchmarks", "docs", "monitoring")
TEXTS = [*TOP.glob("*.md"), *(TOP / "docs").glob("**/*.rst")]

#: Literals of reStructuredText and of Markdown.
_LITERALS = {".rst": re.compile(r"``([^`]+)``"), ".md": re.compile(r"`([^`\n]+)`")}
#: ``room/module``, ``folder/file.rst``, and ``room/module.function``.
_PATH = re.compile(r"(\w[\w-]*)(?:/[\w.-]+)+/?")


def there():
    """Return all files and folders, as paths from the top."""
    found = (path.relative_to(TOP) for folder in FOLDERS for path in (TOP / folder).rglob("*"))
    return {*FOLDERS, *(str(path) for path in found if not {"_build", "__pycache__"} & set(path.parts))}


THERE = there()
NAMES = {name for path in THERE for name in Path(path).parts[:-1]}


def named(text):
    """Yield the paths that a text names whose first part is a folder of ours."""
    for literal in _LITERALS[text.suffix].findall(text.read_text()):
        path = _PATH.fullmatch(literal)
        if path and path[1] in NAMES and "_build" not in path[0]:
            yield path[0].rstrip("/")


def exists(path):
    """Tell if a path is that of a file, a folder or a module, or of what a module defines."""
    if any(known == path or known.endswith((f"/{path}", f"/{path}.py")) for known in THERE):
        return True
    module, _, name = path.rpartition(".")
    files = [TOP / known for known in THERE if known.endswith(f"/{module}.py")]
    return any(re.search(rf"^(?:async )?(?:def|class) {name}\b", file.read_text(), re.MULTILINE) for file in files)


@pytest.mark.parametrize("text", sorted(TEXTS), ids=lambda path: str(path.relative_to(TOP)))
def test_paths_in_the_documentation_exist(text):
    assert [path for path in named(text) if not exists(path)] == []


#: ``dirac-…`` in prose and examples that is no command: of a VO's own, or of another package.
_NO_COMMAND = {"dirac-grid", "dirac-setup-site", "dirac-pilot"}
_COMMAND = re.compile(r"(?<![\w./@-])dirac-[a-z][\w-]*\w(?![\w-]|[\w./]*\.(?:py|org|cfg|rst))")
_OURS = re.compile(r"(dirac-admin-pilot-logs-\w+)((?: (?!dirac-)[^\n`|]*)?)")
_SWITCH = re.compile(r"(?<=\s)--([\w-]+)")
_OF_ALL = {"help", "cfg", "option", "section", "debug"}


@functools.cache
def strings():
    """Return the texts of the package: constants of its Python files, and the page's files as they are."""
    files = [path for path in (TOP / "src").rglob("*") if path.suffix in (".py", ".js", ".html")]
    return {path: path.read_text() if path.suffix != ".py" else constants(path) for path in files}


def constants(path):
    """Return all strings of a Python file, a line each; what varies in one ends its line."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@functools.cache
def scripts():
    return {entry.name for entry in entry_points(group="console_scripts")}


@pytest.mark.parametrize("text", sorted(TEXTS), ids=lambda path: str(path.relative_to(TOP)))
def test_commands_in_the_documentation_exist(text):
    assert set(_COMMAND.findall(text.read_text())) - scripts() - _NO_COMMAND == set()


def test_commands_that_messages_name_exist():
    found = {word: path.name for path, text in strings().items() for word in _COMMAND.findall(text)}
    assert {word: name for word, name in found.items() if word not in scripts() | _NO_COMMAND} == {}


@functools.cache
def switches(command):
    """Return the long switches that a command of ours registers."""
    name = command.replace("-", "_")
    module = import_module(f"PilotLoggingDIRAC.WorkloadManagementSystem.scripts.{name}")
    source = Path(module.__file__).read_text()
    found = set(re.findall(r'registerSwitch\(\s*"[^"]*",\s*"([\w-]+)=?"', source))
    if "registerSwitches(" in source:
        found |= {name.rstrip("=") for _, name, _ in SWITCHES}
    return found


@pytest.mark.parametrize("text", sorted(TEXTS), ids=lambda path: str(path.relative_to(TOP)))
def test_switches_in_the_documentation_exist(text):
    used = [(command, _SWITCH.findall(words)) for command, words in _OURS.findall(text.read_text())]
    known = {command: switches(command) | _OF_ALL for command, _ in used if command in scripts()}
    assert [(command, name) for command, names in used for name in names if name not in known[command]] == []


#: What the page of symptoms quotes; a message has several words, and is no command.
_QUOTED = re.compile(r"``([^`]+)``")
_TYPED = ("dirac-", "-o ", "show ", "list ", "openssl ")


def fragments(message):
    """Yield what does not vary in a message, without the blanks and signs at its ends."""
    for part in re.split(r"…|<[^<>]*>|\d+", " ".join(message.split())):
        words = part.strip(" ,:;")
        if len(words) > 3:
            yield words


def test_messages_that_troubleshooting_quotes_are_those_of_the_code():
    text = (TOP / "docs" / "using" / "troubleshooting.rst").read_text()
    known = "\n".join(strings().values())
    quoted = [words for words in _QUOTED.findall(text) if " " in words and not words.startswith(_TYPED)]
    assert len(quoted) > 30
    assert [part for words in quoted for part in fragments(words) if part not in known] == []
