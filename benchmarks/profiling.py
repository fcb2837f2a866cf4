"""A profile of a collector's CPU for one case, as milliseconds of each request.

The kernel says how much CPU each thread used; py-spy's samples say what the threads did, where samples of a thread
that waits are left out.
"""

import json
import re
import subprocess
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from . import usage
from .crowd import Crowd

_RATE = 400
_SHOWN = 60
_ADDRESS = re.compile(r"0x[0-9A-F]+|\d+")
_PACKAGES = re.compile(r"[^ (]*/(?:site-packages|lib/python3\.\d+|src)/")
_FRAME = re.compile(r"(.*) \((.*):\d+\)")

#: Innermost functions of a thread that waits: for work, for the network, for the database.
_WAITS = re.compile(
    r"_worker \(concurrent|wait(_for)? \(threading|\.select \(selectors|gather \("
    r"|Connection\.query|do_commit|do_rollback"
)


def profile(side, case, seconds, native=False):
    """A text: CPU of a request by thread, and the functions that it goes to, with what they call and without."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples"
        crowd = Crowd(side.stack, side.url, case)
        argv = ["py-spy", "record", "--pid", str(side.pid), "--duration", str(round(seconds)), "--rate", str(_RATE),
                "--format", "raw", "--threads", "--output", str(path), *(["--native"] if native else [])]  # fmt: skip
        spy = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = usage.thread_cpu_seconds(side.pid)
        sent = crowd.run(seconds)
        after = usage.thread_cpu_seconds(side.pid)
        spy.wait(60)
        names = _thread_names(side.pid)
        samples = path.read_text()
    side.clean()
    spent = Counter()
    for thread, value in after.items():
        spent[names.get(thread, "?")] += 1000 * (value - before.get(thread, 0)) / len(sent.seconds)
    return _table(f"{side.name}, {case.name}", spent, samples)


def _thread_names(pid):
    argv = ["py-spy", "dump", "--json", "--pid", str(pid)]
    threads = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    return {thread["os_thread_id"]: _kind(thread["thread_name"] or "?") for thread in threads}


def _kind(name):
    return _ADDRESS.sub("", name).strip("_- ")


def _table(title, spent, samples):
    own, whole = _weigh(spent, samples)
    lines = [f"{title}: {sum(spent.values()):.2f} ms of CPU a request"]
    for heading, milliseconds in (("threads", spent), ("with what it calls", whole), ("itself", own)):
        lines += ["", f"{heading}:"]
        lines += [f"{value:7.3f} ms  {name}" for name, value in milliseconds.most_common(_SHOWN)]
    return "\n".join(lines)


def _weigh(spent, samples):
    """Milliseconds by innermost function, and by every function on the stack."""
    stacks = defaultdict(Counter)
    for line in samples.splitlines():
        stack, _, number = line.rpartition(" ")
        thread, *frames = [_FRAME.sub(r"\1 (\2)", _PACKAGES.sub("", frame)) for frame in stack.split(";")]
        if frames and not _WAITS.search(frames[-1]):
            stacks[_kind(thread.partition(": ")[2] or thread)][tuple(frames)] += int(number)
    own, whole = Counter(), Counter()
    for thread, found in stacks.items():
        unit = spent.get(thread, 0) / sum(found.values())
        for frames, number in found.items():
            own[frames[-1]] += unit * number
            for frame in set(frames):
                whole[frame] += unit * number
    return own, whole
