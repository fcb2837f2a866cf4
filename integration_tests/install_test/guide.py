"""The commands of the guide, by page and section, as an administrator would copy them."""

import re
from dataclasses import dataclass

from ..stack.environment import TOP

GUIDE = TOP / "docs" / "administrator"
_HEADING = re.compile(r"^(?P<title>\S.*)\n(?P<line>[-=~])(?P=line){3,}$", re.M)
_BLOCK = re.compile(r"^(?P<indent> *)\.\. code-block:: console\n\n(?P<lines>(?:(?P=indent) {4}.*\n|\n)+)", re.M)


@dataclass(frozen=True)
class Block:
    """One block of commands: the section that it is in, and the sentence that leads to it."""

    section: str
    lead: str
    commands: tuple[str, ...]


def blocks(page):
    """Return the blocks of commands of a page, in order."""
    text = (GUIDE / f"{page}.rst").read_text()
    headings = [(match.start(), match["title"]) for match in _HEADING.finditer(text)]
    return [_block(text, match, headings) for match in _BLOCK.finditer(text)]


def _block(text, match, headings):
    section = [title for start, title in headings if start < match.start()][-1]
    lead = text[: match.start()].rstrip().rpartition("\n\n")[2]
    commands = re.findall(r"^ +\$ (.*(?:\\\n.*)*)$", match["lines"], re.M)
    return Block(section, " ".join(lead.split()), tuple(commands))


def commands(page, section):
    """Return all commands of a section, which must have some, block by block."""
    found = [block for block in blocks(page) if block.section == section]
    if not found:
        raise LookupError(f"{page}.rst has no commands in a section {section}")
    return found
