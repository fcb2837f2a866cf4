"""Files, rooms, modules and functions that the documentation names by a path exist."""

import re
from pathlib import Path

import pytest

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
