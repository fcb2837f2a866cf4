"""Many threads of one process that act, or ask, as several at once, and count whom they were taken for.

``python -m integration_tests.identities files CALLS THREADS WORKERS``: as the host, read a file that says who read it
through a pool of workers, as the data managers of both VOs and as the host itself.
``python -m integration_tests.identities outputs CALLS THREADS JSON``: as the owner of the proxy, ask for the output of
pilots, ``{reference: text}``; text null stands for a refusal. Each prints JSON in its last line.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .stack import world


def in_threads(number, work, calls):
    """Do ``work(thread, call)`` this many times, spread over threads; how often each answer came, and in which time."""
    started = time.monotonic()
    with ThreadPoolExecutor(number) as pool:
        shares = [range(thread, calls, number) for thread in range(number)]
        counts = pool.map(lambda thread: Counter(work(thread, call) for call in shares[thread]), range(number))
        total = sum(counts, Counter())
    return dict(total) | {"seconds": round(time.monotonic() - started, 1)}


class Watch(threading.Thread):
    """Looks all the while at what a switch of this process's identity would change."""

    def __init__(self):
        super().__init__(daemon=True)
        self._before = self.state()
        self._over = threading.Event()
        self.looks = self.changes = 0

    @staticmethod
    def state():
        """The proxy in the environment, and whether the server's certificate is used."""
        from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

        return os.environ.get("X509_USER_PROXY"), gConfigurationData.useServerCertificate()

    def run(self):
        """Look until ``end``."""
        while not self._over.wait(0.0005):
            self.looks += 1
            self.changes += self.state() != self._before

    def end(self):
        """Return what was seen."""
        self._over.set()
        self.join()
        return {"looks": self.looks, "changes": self.changes}


def files(calls, threads, workers):
    """Act as three; with fewer workers than threads and identities the workers' children give way to each other."""
    from PilotLoggingDIRAC.adapters.storage.grid_archive import GridArchive
    from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
    from PilotLoggingDIRAC.adapters.workers.proxies import HOST
    from PilotLoggingDIRAC.assembly.reading import archives
    from PilotLoggingDIRAC.pilotlog.model import StoredFile

    pool = WorkerPool(workers)
    data = {vo: next(group.name for group in world.GROUPS if vo.shifter in group.users) for vo in world.VOS}
    expected = {vo: f"{world.dn(vo.shifter)} {data[vo]} {vo.name}" for vo in world.VOS}
    members = [(archives.archive(vo.name, pool, 300), vo, expected[vo]) for vo in world.VOS]
    members.append((GridArchive(pool.of(HOST), world.ALPHA.name, 300), world.ALPHA, "host"))

    with tempfile.TemporaryDirectory() as folder:

        def read(thread, call):
            archive, vo, who = members[thread % len(members)]
            path = Path(folder) / str(call)
            archive.get(StoredFile(vo.storage_element, f"/{vo.name}/{call}", "", -1, ""), path)
            text, mode = path.read_text(), path.stat().st_mode & 0o777
            path.unlink()
            return "right" if (text, mode) == (who, 0o600) else "wrong"

        found = in_threads(threads, read, calls)
    pool.close()
    return found


def outputs(calls, threads, texts):
    """Ask for pilots' output by turns."""
    from DIRAC.MonitoringSystem.Client.WebAppClient import WebAppClient

    clients = [WebAppClient() for _ in range(threads)]
    asked = list(texts.items())

    def ask(thread, call):
        reference, text = asked[call % len(asked)]
        answer = clients[thread].getPilotOutput(reference)
        if text is None:
            return "rightly refused" if answer.get("Errno") == 3403 else f"wrong: {answer}"[:300]
        if not answer["OK"]:
            return f"failed: {answer['Message']}"
        return "right" if answer["Value"]["StdOut"] == text else f"wrong: {answer['Value']['StdOut']}"[:300]

    return in_threads(threads, ask, calls)


def main(what, calls, threads, last):
    """Do it, watching."""
    import DIRAC

    DIRAC.initialize(require_auth=False, **({"host_credentials": True} if what == "files" else {}))
    watch = Watch()
    watch.start()
    counts = {"files": files, "outputs": outputs}[what](int(calls), int(threads), json.loads(last))
    print(json.dumps(counts | watch.end()))


if __name__ == "__main__":
    main(*sys.argv[1:])
