"""Calls of the file catalogue, and the time, that archiving files costs: run as a VO's shifter, see ``count``.

``python -m integration_tests.catalogue_calls <VO> <SE> <folder of LFNs> <files>`` puts so many files that are new and
prints a JSON object: the calls of each method, and the seconds of all ``put``.
"""

import collections
import json
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

MODULE = "integration_tests.catalogue_calls"
_BYTES = 46_000


def count(stack, vo, files):
    """Return (calls by method, seconds) of so many puts on a stack, as the VO's shifter."""
    arguments = [vo.name, vo.storage_element, f"{vo.log_path}/{uuid.uuid4().hex}", str(files)]
    done = stack.run([sys.executable, "-m", MODULE, *arguments], user=vo.shifter)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return found["calls"], found["seconds"]


def main():
    """Put files, the first of them before anything is counted, as it makes connections and the folder."""
    import DIRAC

    DIRAC.initialize(require_auth=False)
    from DIRAC.Core.DISET.private.InnerRPCClient import InnerRPCClient

    from PilotLoggingDIRAC.adapters.storage.operations import put
    from PilotLoggingDIRAC.pilotlog.archive.packing import content

    vo, se, lfns, files = sys.argv[1:]
    calls = collections.Counter()
    original = InnerRPCClient.executeRPC

    def counted(self, method, args):
        if self._serviceName == "DataManagement/FileCatalog":
            calls[method] += 1
        return original(self, method, args)

    InnerRPCClient.executeRPC = counted
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for number in range(int(files) + 1):
            if number == 1:
                calls.clear()
                begin = time.monotonic()
            path.write_bytes(os.urandom(_BYTES))
            found = content(path)
            put(vo, se, f"{lfns}/{number}.log.gz", str(uuid.uuid4()).upper(), found.size, found.checksum, str(path))
    print(json.dumps({"calls": calls, "seconds": time.monotonic() - begin}))


if __name__ == "__main__":
    main()
