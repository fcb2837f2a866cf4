"""Directives that read the records of docs/decisions, so that index, guide and records agree.

``decisions``: the records that name this page as their ``Guide``. ``decisions-by-theme``: all of them, a list a theme.

A record begins with its number and title, then has the fields ``Date``, ``Status``, ``Theme`` and ``Guide`` (pages,
separated by commas). One without them, of another theme or status, or of a page that lists no records, is an error.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

THEMES = (
    "Receiving and answering",
    "Storing",
    "Text",
    "Archiving and deleting",
    "Reading",
    "Page and metrics",
    "Callers and rights",
    "Guards of a server",
    "Operating",
)
_FIELDS = ("Date", "Status", "Theme", "Guide")
_HEAD = re.compile(r"(\d+)\. (.+)\n=+\n\n((?::\w+: .+\n(?:   .+\n)*)+)")
_STATUS = re.compile(r"accepted$|(amended|superseded) by :doc:`\d{4}-[\w-]+`")


class BadRecord(ValueError):
    """A record that lacks its head, or names a theme, status or page that is none."""


@dataclass(frozen=True)
class Record:
    """The head of one record; ``name`` is its document's, ``guide`` the pages that it explains."""

    name: str
    title: str
    date: str
    status: str
    theme: str
    guide: tuple[str, ...]

    @classmethod
    def read(cls, path, pages):
        """Return the head of a record; BadRecord when it has none that is whole."""
        head = _HEAD.match(path.read_text())
        fields = dict(re.findall(r":(\w+): (.+(?:\n   .+)*)", head[3])) if head else {}
        if tuple(fields) != _FIELDS:
            raise BadRecord(f"{path.name}: wants a title with its number and the fields {', '.join(_FIELDS)}")
        date, status, theme, guide = (re.sub(r"\s+", " ", fields[name]) for name in _FIELDS)
        guide = tuple(guide.split(", "))
        if int(head[1]) != int(path.name[:4]) or not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
            raise BadRecord(f"{path.name}: number {head[1]}, date {date}")
        if theme not in THEMES or not _STATUS.match(status) or not set(guide) <= pages:
            raise BadRecord(f"{path.name}: theme {theme}, status {status}, guide {guide}")
        return cls(path.stem, head[2], date, status, theme, guide)

    def line(self):
        """Return an entry of a list: number and title with a link, and the numbers of records that changed this one."""
        words, changes = self.status.partition(" ")[0], re.findall(r":doc:`(\d{4})-", self.status)
        more = f" ({words} by {', '.join(str(int(number)) for number in changes)})" if changes else ""
        return f"- :doc:`{int(self.name[:4])}. {self.title} </decisions/{self.name}>`{more}"


class Decisions(SphinxDirective):
    """The records that explain the page on which this stands."""

    def records(self):
        """Return all records, by number."""
        folder = Path(self.env.srcdir)
        pages = {
            str(page.relative_to(folder).with_suffix(""))
            for page in folder.glob("[a-z]*/*.rst")
            if "\n.. decisions::\n" in page.read_text()
        }
        paths = sorted((folder / "decisions").glob("0*.rst"))
        for path in paths:
            self.env.note_dependency(str(path))
        return [Record.read(path, pages) for path in paths]

    def lines(self, records):
        """Return the list of this page's records."""
        found = [record.line() for record in records if self.env.docname in record.guide]
        if not found:
            raise BadRecord(f"no record explains {self.env.docname}")
        return ["Decisions that explain this page:", "", *found]

    def run(self):
        """Return the list as nodes."""
        try:
            return self.parse_text_to_nodes("\n".join(self.lines(self.records())))
        except BadRecord as error:
            raise self.error(str(error)) from None


class DecisionsByTheme(Decisions):
    """The index of all records."""

    def lines(self, records):
        """Return a list for each theme."""
        lines = []
        for theme in THEMES:
            lines += [f"**{theme}**", "", *(record.line() for record in records if record.theme == theme), ""]
        return lines


def setup(app):
    """Tell Sphinx of the directives."""
    app.add_directive("decisions", Decisions)
    app.add_directive("decisions-by-theme", DecisionsByTheme)
    return {"parallel_read_safe": True}
