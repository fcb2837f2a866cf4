"""Cost of diagnosing running pilots: CPU seconds of the diagnosing thread for 1,000 logs, and of the writer beside it.

``python -m benchmarks.running_pilots`` on a MariaDB of its own. Pilots' logs come in messages, which a writer stores in
groups as a collector does; another process diagnoses them meanwhile, or does not, in turns.
"""

import itertools
import multiprocessing
import statistics
import time

from benchmarks.growth.server import server
from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.pilotlog.archive.running.diagnoser import RunningDiagnoser
from PilotLoggingDIRAC.pilotlog.archive.running.settings import DiagnoseRunningSettings
from PilotLoggingDIRAC.pilotlog.diagnose import standard
from PilotLoggingDIRAC.pilotlog.diagnose.settings import DiagnosisSettings
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId
from tests.pilotlog.diagnose.made_logs import MadeLog

_LOGS = 500
_MESSAGES = 6
_TURNS = 5
_GROUP = 50


def messages(turn):
    """Yield the messages of all logs, a round of each log's next one after another."""
    text = MadeLog().fail("InstallDIRAC", "tar: Cannot write: No space left on device").text
    lines = text.splitlines(keepends=True)
    size = len(lines) // _MESSAGES + 1
    for start in range(0, len(lines), size):
        for log in range(_LOGS):
            part = b"".join(lines[start : start + size]) + b"end of message %d of %d\n" % (start, log)
            yield Batch(PilotId("vo", f"turn{turn}-{log:05}"), utc_now(), part)


def write(db, turn, seconds):
    """Store all messages, spread over a time; return the CPU seconds of this process."""
    numbered = [Numbered(number, batch) for number, batch in enumerate(messages(turn), 1)]
    groups = [numbered[start : start + _GROUP] for start in range(0, len(numbered), _GROUP)]
    began, used = time.monotonic(), time.process_time()
    for number, group in enumerate(groups):
        time.sleep(max(0.0, began + seconds * number / len(groups) - time.monotonic()))
        db.appender.append(f"epoch{turn}", group)
    return time.process_time() - used


def diagnose(url, on, told):
    """Diagnose while ``on`` is set; tell CPU seconds and diagnoses."""
    db = LogDatabase(url=url)
    diagnoser = RunningDiagnoser(db.received, DiagnoseRunningSettings(), DiagnosisSettings(), db.clock)
    rules = standard()
    diagnoser.run(lambda vo: rules, lambda: False)
    told.put(None)
    on.wait()
    used, done = time.process_time(), 0
    while on.is_set():
        done += diagnoser.run(lambda vo: rules, lambda: False)
        time.sleep(1)
    done += diagnoser.run(lambda vo: rules, lambda: False)
    told.put((time.process_time() - used, done))


def turn(url, db, number, with_diagnoses):
    """Return CPU seconds of the writer, and (CPU seconds, diagnoses) of the other process, None without it."""
    if not with_diagnoses:
        return write(db, number, 12), None
    on, told = multiprocessing.Event(), multiprocessing.Queue()
    process = multiprocessing.Process(target=diagnose, args=(url, on, told))
    process.start()
    told.get()
    on.set()
    used = write(db, number, 12)
    on.clear()
    found = told.get()
    process.join()
    return used, found


def main():
    """Print the figures."""
    multiprocessing.set_start_method("spawn")
    with server() as running:
        url = running.new()
        db = LogDatabase(url=url)
        write(db, 0, 2)
        used = {False: [], True: []}
        found = []
        for number, with_diagnoses in zip(range(1, 2 * _TURNS + 1), itertools.cycle((False, True)), strict=False):
            writer, other = turn(url, db, number, with_diagnoses)
            used[with_diagnoses].append(writer)
            found += [other] if other else []
            print(f"{'with' if with_diagnoses else 'without'}: writer {writer:.2f} s CPU; diagnosing {other}")
        db.close()
    without, beside = (statistics.median(used[which]) for which in (False, True))
    print(f"writer: {without:.2f} s without, {beside:.2f} s beside: {100 * (beside / without - 1):+.1f} %")
    seconds = statistics.median(cpu for cpu, _ in found)
    print(f"diagnosing: {seconds / _LOGS * 1000:.1f} s CPU for 1,000 logs of {_MESSAGES} messages")


if __name__ == "__main__":
    main()
