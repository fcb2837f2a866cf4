"""The memory of a process, as the kernel counts it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """Bytes: now, and at most since the process began."""

    resident: int
    peak: int

    def __str__(self):
        return f"{self.resident / 2**20:.1f} MB (peak {self.peak / 2**20:.1f} MB)"


def of(pid):
    """The memory of a process; nothing of one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return Memory(0, 0)
    values = {name: words.split() for name, _, words in (line.partition(":") for line in lines)}
    return Memory(*(int(values[name][0]) * 1024 for name in ("VmRSS", "VmHWM")))
