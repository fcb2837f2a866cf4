"""A module that nobody may make a service import: it leaves a note among the stack's temporary files when imported."""

import os
from pathlib import Path

from .cast import TRAP_FILE

if folder := os.environ.get("TMPDIR"):
    Path(folder, TRAP_FILE).touch()
