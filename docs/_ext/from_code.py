"""Directives that read the code, so that the guide can't tell other names, defaults or arguments.

``options``: the table of a settings class. The argument is ``module:class``, each line of the content
``field: meaning``; a field without a meaning, or a meaning without its field, is an error.

``members``: a glossary of an enumeration, such as the states of logs. The argument is ``module:class``, each line of
the content ``member: meaning``; a member without a meaning, or a meaning without its member, is an error.

``command``: what a command's ``--help`` says, and its switches.

``calls``: the methods that a handler's class exports, with their arguments and docstrings.

``errors``: the named errors.

``causes``: the rules by which failures are told, by who can mend them.
"""

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap

from sphinx.util.docutils import SphinxDirective

from PilotLoggingDIRAC.assembly.options import option_name
from PilotLoggingDIRAC.commands.terminal import switches as log_selection
from PilotLoggingDIRAC.pilotlog import diagnose
from PilotLoggingDIRAC.pilotlog.admin import import_slice  # noqa: F401  they name errors of their own
from PilotLoggingDIRAC.pilotlog.diagnose.causes.rules import Party
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.read import source_chain  # noqa: F401  they name errors of their own

_SCRIPTS = "PilotLoggingDIRAC.WorkloadManagementSystem.scripts"

_UNITS = (("bytes", "bytes"), ("seconds", "s"), ("days", "days"), ("mb", "MiB"))
#: Headings of the tables of causes.
PARTIES = {
    "site": "The site",
    "VO": "The VO, or who runs DIRAC for it",
    "DIRAC": "The DIRAC services",
    "network": "The network between",
    "pilot": "The pilot: see what it says before",
    "user": "The user",
}
_SPANS = ((86400, "d"), (3600, "h"), (60, "min"))
_MIB = 1024 * 1024


class FromCode(SphinxDirective):
    """A directive whose argument is ``module:name``, and whose answer is reStructuredText made of it."""

    required_arguments = 1

    def run(self):
        module, _, name = self.arguments[0].partition(":")
        found = getattr(importlib.import_module(module), name)
        try:
            return self.parse_text_to_nodes("\n".join(self.lines(found)))
        except ValueError as error:
            raise self.error(str(error)) from None


class Options(FromCode):
    """The table of a settings class."""

    has_content = True

    def lines(self, settings):
        meanings = dict(line.split(": ", 1) for line in joined(self.content))
        fields = {field.name: field.default for field in dataclasses.fields(settings)}
        if set(meanings) != set(fields):
            raise ValueError(f"{settings.__name__}: meaning or field missing: {sorted(set(meanings) ^ set(fields))}")
        rows = [(f"``{option_name(name)}``", in_words(name, fields[name]), meanings[name]) for name in fields]
        return table(("Option", "Default", "Meaning"), rows)


class Members(FromCode):
    """A glossary of an enumeration; the terms are its values, or the names of one whose values are numbers."""

    has_content = True

    def lines(self, enumeration):
        meanings = dict(line.split(": ", 1) for line in joined(self.content))
        terms = [str(member.value) if isinstance(member.value, str) else member.name for member in enumeration]
        if set(meanings) != set(terms):
            raise ValueError(f"{enumeration.__name__}: meaning or member missing: {sorted(set(meanings) ^ set(terms))}")
        return [".. glossary::", *(line for term in terms for line in ("", f"   {term}", f"      {meanings[term]}"))]


class Calls(FromCode):
    """The methods that a handler's class exports."""

    def lines(self, handler):
        found = {
            name.removeprefix("export_"): call for name, call in vars(handler).items() if name.startswith("export_")
        }
        if not found:
            raise ValueError(f"{handler.__name__} exports nothing")
        return [line for name, call in found.items() for line in described(name, call)]


class Command(SphinxDirective):
    """A command's own description, exit codes and examples, with its switches; the argument is its name."""

    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        module = importlib.import_module(f"{_SCRIPTS}.{name.replace('-', '_')}")
        text, _, example = inspect.cleandoc(module.__doc__).partition("\nExample:\n")
        lines = [
            *text.splitlines(),
            "",
            ".. code-block:: console",
            "",
            *textwrap.indent(example, "   ").splitlines(),
            "",
        ]
        rows = [(f"``{switch}``", meaning) for switch, meaning in switches(module)]
        return self.parse_text_to_nodes("\n".join([*lines, *table(("Switch", "Meaning"), rows, "30 70")]))


def switches(module):
    """The switches that a command's source registers, in its order."""
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") not in (
            "registerSwitch",
            "registerSwitches",
        ):
            continue
        if call.func.attr == "registerSwitches":
            found = getattr(log_selection, call.args[0].id)
        else:
            found = [[eval(compile(ast.Expression(word), "", "eval"), vars(module)) for word in call.args]]
        for short, name, meaning in found:
            value = name.rstrip("=").upper() if name.endswith("=") else ""
            shown = f"-{short.rstrip(':')}, " if short else ""
            yield f"{shown}--{name.rstrip('=')} {value}".strip(), meaning


class Causes(SphinxDirective):
    """The rules of the diagnosis: a table for each party."""

    def run(self):
        lines = []
        for party in Party:
            mine = sorted((rule for rule in diagnose.standard() if rule.party is party), key=lambda rule: rule.name)
            lines += ["", f"**{PARTIES[party]}**", ""]
            lines += table(
                ("Cause", "Code", "Hint"), [(r.name, f"``{r.code}``", literal(r.hint)) for r in mine], "30 20 50"
            )
        return self.parse_text_to_nodes("\n".join(lines))


def literal(text):
    """Text in which nothing is markup."""
    return re.sub(r"([\\*`|_<>])", r"\\\1", text)


class Errors(SphinxDirective):
    """The named errors, by number."""

    def run(self):
        kinds = [kind for kind in subclasses(PilotLogError) if ".pilotlog." in kind.__module__]
        kinds.sort(key=lambda kind: (kind.errno, kind.__name__))
        rows = [(str(kind.errno), f"``{kind.__name__}``", summary(kind)) for kind in kinds]
        return self.parse_text_to_nodes("\n".join(table(("Errno", "Name", "Meaning"), rows)))


def subclasses(kind):
    """A class and all that derive from it, as far as they are loaded."""
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


def summary(kind):
    """A docstring in one line."""
    return " ".join(inspect.getdoc(kind).split())


def described(name, call):
    """One method."""
    parameters = list(inspect.signature(call).parameters.values())[1:]
    words = ", ".join(str(parameter) for parameter in parameters)
    text = textwrap.indent(inspect.cleandoc(call.__doc__), "   ").splitlines()
    return ["", f".. py:method:: {name}({words})", "   :no-index:", "", *text, ""]


def joined(lines):
    """Lines, each with those that are indented behind it."""
    whole = []
    for line in lines:
        if line.startswith(" ") and whole:
            whole[-1] += " " + line.strip()
        elif line.strip():
            whole.append(line)
    return whole


def in_words(field, default):
    """A default as an administrator writes it, and what it comes to."""
    unit = next((unit for ending, unit in _UNITS if field.split("_")[-1] == ending), "")
    number = int(default) if float(default).is_integer() else default
    return f"{number} {unit}{span(number, unit)}".strip()


def span(number, unit):
    """The same in larger units, where it comes to a whole number of them."""
    if unit == "bytes" and number and number % _MIB == 0:
        return f" ({number // _MIB} MiB)"
    if unit == "s":
        return next((f" ({number // size} {name})" for size, name in _SPANS if number and number % size == 0), "")
    return ""


def table(head, rows, widths="25 25 50"):
    """A list-table."""
    lines = ["", ".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in (head, *rows):
        lines += [f"   {'*' if column == 0 else ' '} - {cell}" for column, cell in enumerate(row)]
    return [*lines, ""]


def setup(app):
    """Register the directives."""
    app.add_directive("options", Options)
    app.add_directive("members", Members)
    app.add_directive("calls", Calls)
    app.add_directive("errors", Errors)
    app.add_directive("causes", Causes)
    app.add_directive("command", Command)
    return {"parallel_read_safe": True}
