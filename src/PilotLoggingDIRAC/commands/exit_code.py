"""The end of a command: its exit code, and one line about an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from DIRAC.Core.Utilities.ReturnValues import SErrorException

from PilotLoggingDIRAC.commands import console
from PilotLoggingDIRAC.commands.console import complain
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError

FAILED = 1
INTERRUPTED = 130


def exit_code(what: str, run: Callable[..., int], *arguments, failed: int = FAILED) -> int:
    """Return what ``run`` returns; if it raises a named error, print ``what`` and the error, and return ``failed``."""
    try:
        return run(*arguments)
    except KeyboardInterrupt:
        console.remark("Interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of standard output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failed
    except SErrorException as error:
        why: object = error.result["Message"]
    except (PilotLogError, OSError) as error:
        why = error
    console.clear_progress()
    complain(what, why)
    return failed
