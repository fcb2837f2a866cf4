"""Names of sites, CEs and VOs in a file of the user's, for completion in the shell, which can't ask DIRAC in time.

Each command that ends well writes them anew, once an hour at most; the shell offers what it finds.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path

from DIRAC import gConfig

from PilotLoggingDIRAC.commands.terminal import known_names

_FRESH_SECONDS = 3600
_MAX_NAMES = 5000
#: What stands in the file is offered by a shell: nothing that it might obey.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")


def path() -> Path:
    """Return the file: a line for each name, with its kind before it."""
    base = os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache"
    return Path(base) / "pilot-logs" / "names"


def refresh(file: Path | None = None) -> None:
    """Write the names of the configuration, unless they are fresh, or it is a host that runs the command. A file that
    can't be written is no error.
    """
    with suppress(OSError, RuntimeError):  # RuntimeError: a user without a home
        file = file or path()
        if gConfig.useServerCertificate() or _is_fresh(file):
            return
        lines = [f"{kind} {name}\n" for kind, name in known_names.places() if _NAME.fullmatch(name)]
        if not lines:
            return
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.write_text("".join(lines[:_MAX_NAMES]))
        part.replace(file)


def _is_fresh(file: Path) -> bool:
    return file.exists() and 0 <= time.time() - file.stat().st_mtime < _FRESH_SECONDS
