"""All pilots of a day, in processes of their own, and what they say of themselves every second."""

import json
import secrets
import threading
import time
from collections import Counter
from dataclasses import asdict

from integration_tests.stack import world

from ..crowd import BenchmarkFailed, start

PROCESSES = 2
THREADS = 24


class Crowd:
    """Pilots that wait; ``begin`` lets them arrive."""

    def __init__(self, stack, load, seconds, vos=world.VOS):
        self.prefix = secrets.token_hex(8)
        order = {
            "url": stack.front.url,
            "prefix": self.prefix,
            "authorities": str(stack.pki.certificates),
            "proxies": {vo.name: str(stack.proxy(vo.pilot)) for vo in vos},
            "load": asdict(load),
            "seconds": seconds,
            "of": PROCESSES,
            "threads": THREADS,
        }
        self._lock = threading.Lock()
        self._reset()
        self.totals, self.errors = Counter(), []
        self._cpu = {}
        self._processes = [start("benchmarks.day.sender", order | {"share": share}) for share in range(PROCESSES)]
        for process in self._processes:
            if process.stdout.readline() != "ready\n":
                raise BenchmarkFailed("the pilots' process did not come up")
        self._readers = [threading.Thread(target=self._read, args=(one,), daemon=True) for one in self._processes]

    def _reset(self):
        self._seconds, self._late, self._failed = [], 0.0, 0

    def begin(self):
        """Start the day; return the moment, of the monotonic clock."""
        start_at = time.monotonic() + 1
        for process, reader in zip(self._processes, self._readers, strict=True):
            process.stdin.write(f"{start_at}\n")
            process.stdin.flush()
            reader.start()
        return start_at

    def _read(self, process):
        for line in process.stdout:
            said = json.loads(line)
            with self._lock:
                self._seconds += said["seconds"]
                self._late = max(self._late, said["late"])
                self._failed += said["failed"]
                self.totals.update(messages=len(said["seconds"]), lines=said["lines"], failed=said["failed"])
                self.errors = (self.errors + said["errors"])[:5]
                self._cpu[process.pid] = said["cpu"]

    @property
    def is_done(self):
        """Return whether the last pilot has ended."""
        return not any(reader.is_alive() for reader in self._readers)

    @property
    def cpu(self):
        """The seconds of CPU that the pilots used so far."""
        return sum(self._cpu.values())

    def take(self):
        """(answers' seconds in order, seconds that messages were late at most, failures) since the last look."""
        with self._lock:
            taken = sorted(self._seconds), self._late, self._failed
            self._reset()
        return taken

    def end(self):
        """End those who are still there."""
        for process in self._processes:
            process.kill()
            process.wait()
