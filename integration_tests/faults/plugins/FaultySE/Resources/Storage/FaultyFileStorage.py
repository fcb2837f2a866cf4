"""A storage element that is a folder, as DIRAC's File plugin, and does what the file ``<folder>.fault`` says.

The file holds one word, or is not there: ``slow`` (every copy takes 3 s), ``corrupt`` (a byte of what is written is
changed), ``truncate`` (it loses its second half), ``lie`` (nothing is written, and nobody is told), ``deny`` (it is
written, and said to have failed). Each file that this happened to has a line in ``<folder>.spoiled``.
"""

import os
import time
from pathlib import Path

from DIRAC.Resources.Storage.FileStorage import FileStorage

SLOW_SECONDS = 3


class FaultyFileStorage(FileStorage):
    """All copies, to the folder and from it, go through ``_do_copy``."""

    def _do_copy(self, src, dst):
        fault, folder = self._fault(), self.protocolParameters["Path"]
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        writing = os.path.abspath(dst).startswith(os.path.abspath(folder))  # noqa: PTH100 - follows no links
        if writing and fault == "lie":
            self._note(fault, dst)
            return
        super()._do_copy(src, dst)
        if writing and fault not in ("", "slow"):
            self._note(fault, dst)
            spoil(Path(dst), fault)
        return

    def _note(self, fault, dst):
        with Path(self.protocolParameters["Path"] + ".spoiled").open("a", encoding="utf-8") as notes:
            notes.write(f"{fault} {dst}\n")

    def _fault(self):
        try:
            return Path(self.protocolParameters["Path"] + ".fault").read_text().strip()
        except FileNotFoundError:
            return ""


def spoil(path, fault):
    """Damage a file that was written, or deny that it was."""
    data = path.read_bytes()
    if fault == "truncate":
        path.write_bytes(data[: len(data) // 2])
    if fault == "corrupt":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :])
    if fault == "deny":
        raise OSError("the storage element says that it failed")
