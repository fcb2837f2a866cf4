"""Many runs, one after the other on one stack, or side by side on several."""

import os
import shutil
import signal
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ..stack import ending
from . import causes, evidence, plan
from .bundles.field import BundleField
from .bundles.plan import with_bundles
from .bundles.run import BundleRun
from .destinations.places import SERVERS
from .destinations.plan import with_destinations
from .field import Field
from .run import Run

MAX_SHOWN = 12
#: What the agent could not remove at once, as a transfer took too long, it tries again.
LOOKS = 4


def campaign(seeds, jobs, folder, balanced=False, has_agent=True, galera=False, destinations=False, bundles=False):
    """Do all runs; their results in the order of seeds. Evidence of failures is kept in the folder."""
    shares = [seeds[number::jobs] for number in range(jobs)]
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(os.getpid(),)) as pool:
        same = ([value] * jobs for value in (folder, balanced, has_agent, galera, destinations, bundles))
        done = list(pool.map(job, [share for share in shares if share], *same))
    return sorted((result for results in done for result in results), key=lambda result: result.seed)


def _begin(campaign_pid):
    """Let the process of a job take its stack down when it is terminated, and end with the campaign."""
    ending.clean_up_when_terminated()
    ending.end_with(campaign_pid, signal.SIGKILL)


def job(seeds, folder, balanced=False, has_agent=True, galera=False, destinations=False, bundles=False):
    """The runs of some seeds on a stack of their own."""
    # not "pilotlog-": components remove folders of that name whose lock nobody holds
    root = Path(tempfile.mkdtemp(prefix="faults-"))
    results = []
    try:
        with (BundleField if bundles else Field)(root, balanced, has_agent, galera, destinations) as field:
            say(f"stack in {root}: spool {'on a small file system' if field.has_small_spool else 'limited by option'}, "
                f"clocks {'by preloading' if field.has_clocks else 'are left alone'}")  # fmt: skip
            results = Job(field, Path(folder)).go(seeds)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return results


class Job:
    """Runs on one field. Whether a run's superseded files are gone is looked at some runs later."""

    def __init__(self, field, folder):
        self._field = field
        self._folder = folder
        self._later = []

    def go(self, seeds):
        """The results of all runs."""
        results = []
        for seed in seeds:
            results.append(self._one(seed))
            self._look(time.monotonic())
        while self._later:
            time.sleep(max(0.0, min(when for when, *_ in self._later) - time.monotonic()))
            self._look(time.monotonic())
        return results

    def _one(self, seed):
        logs = evidence.Logs(self._field.stack)
        field = self._field
        run = _run(field, plan.make(seed, field.is_balanced, field.has_agent, field.is_cluster))
        result = run.go()
        self._later.append((*run.later(), run, logs, LOOKS - 1))
        if result.findings:
            self._keep(run, logs)
        say(summary(result))
        return result

    def _look(self, now):
        due = [one for one in self._later if one[0] <= now]
        self._later = [one for one in self._later if one[0] > now]
        for _, look, run, logs, looks_left in due:
            found = _tried(look)
            if found and looks_left:
                self._later.append((run.later()[0], look, run, logs, looks_left - 1))
            elif found:
                run.result.findings += found
                self._keep(run, logs)
                say(f"seed {run.plan.seed}, later: {len(found)} findings in {run.result.evidence}: {found[:3]}")

    def _keep(self, run, logs):
        if run.result.evidence:
            shutil.rmtree(run.result.evidence)
        run.result.evidence = str(evidence.keep(run, logs, self._field.stack, self._folder))


def _run(field, planned):
    """A run of the kind that the field is for."""
    if field.has_bundles:
        return BundleRun(field, with_bundles(planned))
    return Run(field, with_destinations(planned) if field.engines else planned)


def _tried(look):
    try:
        return look()
    except Exception:  # the campaign itself failed: a finding too
        return [f"looking failed: {traceback.format_exc()}"]


def say(text):
    """Print at once."""
    print(text, flush=True)


def summary(result):
    """One run in a line, and its findings."""
    counts = result.counts
    faults = ", ".join(map(str, result.faults)) or "none"
    why = ", ".join(f"{name.removeprefix('doubled bytes: ')} {counts[name]}" for name in causes.ALL if counts[name])
    words = (
        f"seed {result.seed}: {'FAILED' if result.findings else 'ok'} | {faults} | {counts['messages']} messages,"
        f" {counts['messages of stock pilots']} of {counts['stock pilots']} stock pilots,"
        f" {counts['stock pilots that died']} of which died | lines: {counts['sent']} sent,"
        f" {counts['acknowledged']} acknowledged, {counts['refused']} refused, {counts['lost']} lost"
        f" | bytes: {counts['bytes sent']} sent, {counts['bytes acknowledged']} acknowledged,"
        f" {counts['lost bytes']} lost, {counts['missing bytes']} told missing,"
        f" {counts['bytes doubled']} doubled{f' ({why})' if why else ''}"
        f" | slowest answer {result.slowest:.1f} s | {result.seconds:.0f} s"
    )
    received = {name: f"{counts[f'{name} lines']} lines, {counts[f'{name} repeats']} repeats" for name in SERVERS}
    arrived = ", ".join(f"{name} {words}" for name, words in received.items() if counts[f"{name} records"])
    words += f"\n    {arrived}" if arrived else ""
    kept = [f"kept: {result.evidence}"] if result.evidence else []
    return "\n    ".join([words, *result.findings[:MAX_SHOWN], *kept])


def _listed(counts):
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def totals(results):
    """All runs in some lines."""
    counts, faults = Counter(), Counter()
    for result in results:
        counts.update(result.counts)
        faults.update(f"{fault.lane} {fault.kind}" for fault in result.faults)
    failed = [result.seed for result in results if result.findings]
    seconds = sum(result.seconds for result in results) / max(1, len(results))
    return "\n".join(
        [
            f"{len(results)} runs, {len(failed)} with findings{f': seeds {failed}' if failed else ''}",
            f"faults: {sum(faults.values())}: {_listed(faults)}",
            f"counts: {_listed(counts)}",
            f"slowest answer {max((result.slowest for result in results), default=0):.1f} s, {seconds:.0f} s a run",
        ]
    )
