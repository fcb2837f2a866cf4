"""The CPU and memory of a process, from /proc; and the cost of a write that is on disk here."""

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024


def cpu_seconds(pid):
    """The CPU time that a process has used so far, all its threads, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def forget_peak(pid):
    """Let the peak of a process's memory begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_bytes(pid):
    """The most memory that a process had in RAM since ``forget_peak``."""
    return _status_bytes(pid, "VmHWM")


def resident_bytes(pid):
    """The memory that a process has in RAM."""
    return _status_bytes(pid, "VmRSS")


def _status_bytes(pid, name):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * _KIB
    raise LookupError(name)


def fsync_seconds(folder, times=200):
    """The median time of a 4 kB append with fsync, in seconds."""
    path, spent = Path(folder) / "fsync", []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            started = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            spent.append(time.perf_counter() - started)
    path.unlink()
    return sorted(spent)[times // 2]


def thread_cpu_seconds(pid):
    """Return the CPU time that each thread of a process has used so far, by the thread's id."""
    return {int(task.name): _task_cpu_seconds(task) for task in Path(f"/proc/{pid}/task").iterdir()}


def _task_cpu_seconds(task):
    return int((task / "schedstat").read_text().split()[0]) / 1e9
