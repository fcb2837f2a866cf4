"""The child of a ``Worker``: ``python -m ...workers.child <private folder> user|host``, requests on its standard input.

Output of DIRAC and its plugins goes to standard error; answers have a descriptor of their own. The input ends when the
parent ends: the child then removes the folder with its proxy and kills its process group, itself included. It does the
same when a request exceeds its time limit, as the parent may be stopped and unable to.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, PilotLogError

from . import memory
from .operations import OPERATIONS
from .priority import give_way

_GRACE_SECONDS = 2.0
_ADAPTERS = __package__.rpartition(".")[0]
_MODULES = ("storage.operations", "ce_operations", "notice_operations")


def main() -> None:
    """Serve requests until the input ends."""
    folder, as_host = Path(sys.argv[1]), sys.argv[2] == "host"
    give_way(0)  # with its session, which is a new one; its own niceness is the parent's
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    requests: queue.Queue[dict] = queue.Queue()
    threading.Thread(target=_read, args=(requests, folder), daemon=True).start()
    _initialize(folder / "dirac.cfg", as_host)
    _say(answers, {"value": "ready"})
    failed = False
    while True:
        failed = _serve(requests.get(), answers, folder, failed)


def _read(requests: queue.Queue, folder: Path) -> None:
    """Queue the requests; then end, also when the last one breaks off because the parent was killed within it."""
    try:
        for line in sys.stdin.buffer:
            requests.put(json.loads(line))
    finally:
        _end(folder)


def _end(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _initialize(configuration: Path, as_host: bool) -> None:
    """Initialize DIRAC with the parent's configuration, as this child's identity."""
    import DIRAC
    from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

    DIRAC.gLogger.setLevel("WARN")
    certificate = {"DIRAC": {"Security": {"UseServerCertificate": "yes" if as_host else "no"}}}
    DIRAC.initialize(require_auth=False, extra_config_files=[configuration], extra_config=certificate)
    # files read by ``initialize`` may have other values
    gConfigurationData.mergeWithLocal(_parsed(configuration))
    gConfigurationData.setOptionInCFG("/DIRAC/Security/UseServerCertificate", "yes" if as_host else "no")
    for module in _MODULES:
        importlib.import_module(f"{_ADAPTERS}.{module}")


def _parsed(configuration: Path) -> Any:
    from diraccfg import CFG

    return CFG().loadFromFile(str(configuration))


def _serve(request: dict, answers: BinaryIO, folder: Path, failed: bool) -> bool:
    """Answer a request, and return whether it failed; when the one before did, begin afresh."""
    left = request["until"] - time.time()
    if left <= 0:
        _end(folder)
    watch = threading.Timer(left + _GRACE_SECONDS, _end, args=(folder,))
    watch.daemon = True
    watch.start()
    if failed:
        memory.forget()
    answer = _answer(request)
    _say(answers, answer)
    watch.cancel()
    return answer.get("error") == ArchiveError.__name__


def _answer(request: dict) -> dict[str, Any]:
    try:
        return {"value": OPERATIONS[request["operation"]](**request["arguments"])}
    except PilotLogError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except Exception as error:  # the parent must learn of any failure
        from DIRAC import gLogger

        gLogger.exception("Unexpected failure in a worker", request["operation"])
        return {
            "error": ArchiveError.__name__,
            "message": f"{request['operation']} failed: {type(error).__name__}: {error}",
        }


def _say(answers: BinaryIO, answer: dict) -> None:
    data = memoryview(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    while data:
        data = data[answers.write(data) :]


if __name__ == "__main__":
    main()
