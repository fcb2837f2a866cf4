"""Where a collector's CPU goes for one case: py-spy's samples of it, as milliseconds of each request."""

import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from . import usage
from .crowd import Crowd

_RATE = 400
_SHOWN = 45
_THREAD = re.compile(r"^(?:process|thread)\b")
_PACKAGES = re.compile(r"[^ (]*/(?:site-packages|lib/python3\.\d+|src)/")


def profile(side, case, seconds, native=False):
    """A text: CPU of a request, and the functions that it goes to, with what they call and without."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples"
        crowd = Crowd(side.stack, side.url, case)
        argv = ["py-spy", "record", "--pid", str(side.pid), "--duration", str(round(seconds)), "--rate", str(_RATE),
                "--format", "raw", "--threads", "--output", str(path), *(["--native"] if native else [])]  # fmt: skip
        spy = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = usage.cpu_seconds(side.pid)
        sent = crowd.run(seconds)
        used = usage.cpu_seconds(side.pid) - before
        spy.wait(60)
        samples = path.read_text()
    side.clean()
    return _table(side, case, used / len(sent.seconds), samples)


def _table(side, case, cpu, samples):
    own, whole, threads = _count(samples)
    total = sum(own.values())
    lines = [f"{side.name}, {case.name}: {1000 * cpu:.2f} ms of CPU a request, {total} samples"]
    for title, counts in (("threads", threads), ("with what it calls", whole), ("itself", own)):
        lines += ["", f"{title}: ms of a request, share"]
        lines += [
            f"{1000 * cpu * number / total:7.3f} {100 * number / total:5.1f} %  {name}"
            for name, number in counts.most_common(_SHOWN)
        ]
    return "\n".join(lines)


def _count(samples):
    """(samples by innermost function, by every function on the stack, by thread)."""
    own, whole, threads = Counter(), Counter(), Counter()
    for line in samples.splitlines():
        stack, _, number = line.rpartition(" ")
        thread, *frames = [_PACKAGES.sub("", frame) for frame in stack.split(";")]
        frames = [frame for frame in frames if not _THREAD.match(frame)] or ["?"]
        own[frames[-1]] += int(number)
        threads[re.sub(r"0x[0-9A-F]+|\d+", "", thread)] += int(number)
        for frame in set(frames):
            whole[frame] += int(number)
    return own, whole, threads
