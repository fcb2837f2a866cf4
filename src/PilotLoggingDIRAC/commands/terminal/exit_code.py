"""The beginning and the end of a command: its streams and arguments, its exit code, and one line about an error."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from DIRAC.Core.Utilities.ReturnValues import SErrorException
from DIRAC.Resources.LogBackends.StderrBackend import StderrBackend
from DIRAC.Resources.LogBackends.StdoutBackend import StdoutBackend

from PilotLoggingDIRAC.commands.terminal import console, name_cache, user_proxy
from PilotLoggingDIRAC.commands.terminal.answers import CallFailed
from PilotLoggingDIRAC.commands.terminal.interrupt import interrupt_in_order
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError

FAILED = 1
INTERRUPTED = 130

_HELP = {"-h", "--help"}


def prepare(paths: bool = False) -> None:
    """Make the streams take any text, in whatever locale, and the arguments the text that was typed; let Ctrl-C end it
    in order.

    With ``paths`` the arguments are names of files, which stay as they are. Exits for an argument that is no text.
    """
    nowhere = Path(os.devnull)  # for a stream that the caller closed: else a connection would get its number
    sys.stdin = sys.stdin or nowhere.open()
    sys.stdout = sys.stdout or nowhere.open("w")
    sys.stderr = sys.stderr or nowhere.open("w")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    logging.raiseExceptions = False  # DIRAC's own lines, when nobody reads them
    if not _HELP & {*sys.argv}:  # DIRAC prints the help by its log, and there it is the result
        _move_log()
    atexit.register(_flush)
    interrupt_in_order()
    if not paths:
        sys.argv[1:] = map(_text, sys.argv[1:])


def _move_log() -> None:
    """Let DIRAC's own lines go to standard error: standard output is for results, which scripts read."""
    StdoutBackend._setHandlerParameters = StderrBackend._setHandlerParameters  # of loggers that are configured later
    for handler in logging.getLogger("dirac").handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
            handler.setStream(sys.stderr)


def refuse(arguments: Sequence[str]) -> None:
    """Exit if a command that takes switches only was given arguments, of which one may be a mistyped switch."""
    if arguments:
        console.complain("This command takes switches only, see --help; not understood", " ".join(arguments))
        sys.exit(FAILED)


def _flush() -> None:
    """Discard what can't be printed any more, which would change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            console.discard(stream)


def _text(word: str) -> str:
    """Return an argument as text: UTF-8, whatever the locale says, else as the locale says."""
    try:
        return os.fsencode(word).decode("utf-8")
    except UnicodeDecodeError:
        if not any("\ud800" <= character <= "\udfff" for character in word):
            return word
    console.complain("An argument is neither UTF-8 nor text of this locale", word)
    sys.exit(FAILED)


def exit_code(
    what: str,
    run: Callable[..., int],
    *arguments,
    failed: int = FAILED,
    tell: Callable[[str, object], None] = console.complain,
) -> int:
    """Return what ``run`` returns; if it raises a named error, ``tell`` of ``what`` and the error, and return
    ``failed``.
    """
    try:
        code = run(*arguments)
        name_cache.refresh()
        return code
    except KeyboardInterrupt:
        console.remark("Interrupted")
        return INTERRUPTED
    except SErrorException as error:
        why: object = user_proxy.problem() or error.result["Message"]
    except CallFailed as error:
        why = user_proxy.problem() or error
    except PilotLogError as error:
        why = error
    except OSError as error:
        why = ": ".join(str(part) for part in (error.filename, error.strerror) if part) or error
    console.clear_progress()
    tell(what, why)
    return failed
