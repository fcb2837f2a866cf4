"""The options of one destination, as plugins read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from .. import validation
from ..errors import InvalidInput

Number = TypeVar("Number", int, float)


class PluginOptions:
    """Options by name, with defaults. An error names the destination and the option."""

    def __init__(self, destination: str, values: Mapping[str, Any]):
        self._destination, self._values = destination, values

    def text(self, name: str, default: str = "") -> str:
        """Return an option, the default where it is not set."""
        value = self._values.get(name, "")
        return str(value).strip() or default

    def required(self, name: str) -> str:
        """Return an option. Raise InvalidInput where it is not set."""
        if not (found := self.text(name)):
            raise self._wrong(name, "is not set")
        return found

    def number(self, name: str, default: Number) -> Number:
        """Return an option above 0, of the default's type. Raise InvalidInput for anything else."""
        try:
            found = type(default)(self.text(name, str(default)))
        except ValueError:
            raise self._wrong(name, "is not a number") from None
        if not 0 < found < float("inf"):
            raise self._wrong(name, "is not above 0")
        return found

    def flag(self, name: str, default: bool) -> bool:
        """Return a yes or no. Raise InvalidInput for another word."""
        try:
            return validation.truth(self.text(name, "yes" if default else "no"))
        except InvalidInput:
            raise self._wrong(name, "is neither yes nor no") from None

    def names(self, name: str) -> tuple[str, ...]:
        """Return the entries of a list, separated by commas."""
        value = self._values.get(name, "")
        entries = value if isinstance(value, list | tuple) else str(value).split(",")
        return tuple(filter(None, (str(entry).strip() for entry in entries)))

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section within, empty where it is not there."""
        found = self._values.get(name)
        return found if isinstance(found, Mapping) else {}

    def _wrong(self, name: str, problem: str) -> InvalidInput:
        return InvalidInput(f"destination {self._destination}: {name} {problem}")
