"""The edge: values and named errors become ``S_OK`` and ``S_ERROR`` here, and nowhere else."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from DIRAC import S_ERROR, S_OK, gLogger

from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.text import terminal

#: Long enough for a chain of sources, which names each that failed.
_MAX_MESSAGE_CHARACTERS = 2000
_log = gLogger.getSubLogger("PilotLogging")


def exported(method: Callable) -> Callable:
    """Return a handler's method as DIRAC calls it: it checks the number of arguments and answers ``S_OK`` or
    ``S_ERROR``.

    The method may have a ``self.refused(error, method)`` beside it, which is told of every refusal; ``method`` is the
    name that callers know.
    """
    name = method.__name__.removeprefix("export_")
    (_, *names), optional = expected(method)

    @functools.wraps(method)
    def call(self, *arguments):
        try:
            return S_OK(method(self, *validation.counted(arguments, names, optional)))
        except Exception as error:  # the edge: any error becomes an answer
            refused = getattr(self, "refused", None)
            return failure(error, refused and functools.partial(refused, method=name))

    return call


def expected(method: Callable) -> tuple[list[str], int]:
    """Return the names of a method's arguments and the number of optional ones, as ``validation.counted`` takes
    them.
    """
    parameters = inspect.signature(method).parameters.values()
    return [parameter.name for parameter in parameters], sum(one.default is not one.empty for one in parameters)


def streamed(values: dict[str, Any], name: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield the JSON of ``S_OK(values | {name: <all texts>})`` in several strings, one at least."""
    head = json.dumps(S_OK(values | {name: ""}))
    yield head.removesuffix('"}}')
    yield from (json.dumps(text)[1:-1] for text in texts)
    yield '"}}'


def failure(error: Exception, refused: Callable[[PilotLogError], Any] | None = None) -> dict:
    """Return the ``S_ERROR`` for an error. A named error is shown; any other is logged in full and answered as internal
    error.
    """
    if isinstance(error, PilotLogError):
        if refused:
            refused(error)
        return _refusal(str(error), error.errno)
    _log.exception("Unexpected error", lException=error)
    return _refusal("Internal error, see the service log", PilotLogError.errno)


def _refusal(message: str, errno: int) -> dict:
    """Return ``S_ERROR`` without DErrno's prefix and without the call stack, which must not leave the service.

    The message is reduced to one line of plain text, whatever found its way into it.
    """
    answer = S_ERROR(terminal.message(message, _MAX_MESSAGE_CHARACTERS))
    answer.pop("CallStack", None)
    return answer | {"Errno": errno}
