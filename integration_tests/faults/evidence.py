"""Everything that is needed to understand a failure and to repeat it, in a folder."""

import json
import pprint
from pathlib import Path

from .archive import DATABASE

TABLES = {
    "PilotLogs": "SELECT * FROM PilotLogs WHERE PilotStamp IN %s",
    "PilotLogFiles": "SELECT f.* FROM PilotLogFiles f JOIN PilotLogs USING (LogID) WHERE PilotStamp IN %s",
    "PilotLogBundles": "SELECT * FROM PilotLogBundles WHERE LFN NOT IN %s",  # all of them
    "PilotLogBatches": "SELECT b.LogID, Sequence, Received, b.NumberOfLines, b.NumberOfBytes, HEX(Payload)"
    " FROM PilotLogBatches b JOIN PilotLogs USING (LogID) WHERE PilotStamp IN %s",
}


class Logs:
    """The components' logs, from a moment on."""

    def __init__(self, stack):
        self._folder = stack.root / "log"
        self._sizes = {path.name: path.stat().st_size for path in self._folder.glob("*.log")}

    def copy(self, folder):
        """Copy what has been written since."""
        for path in self._folder.glob("*.log"):
            with path.open("rb") as log:
                log.seek(self._sizes.get(path.name, 0))
                (folder / path.name).write_bytes(log.read())


def keep(run, logs, stack, folder: Path):
    """Write it all down and return the folder."""
    folder = folder / f"seed-{run.plan.seed}-{run.stamps[0][:8]}"
    folder.mkdir(parents=True)
    result = run.result
    kinds = {" --balanced": run.is_balanced, " --no-agent": not run.has_agent, " --galera": stack.galera}
    kinds[" --destinations"] = run.has_destinations
    kinds[" --bundles"] = run.has_bundles
    options = "".join(option for option, given in kinds.items() if given)
    repeat = f"repeat: ./dev faults --runs 1 --seed {run.plan.seed}{options}"
    said = [repeat, "", *map(str, result.faults), "", *result.findings]
    (folder / "findings.txt").write_text("\n".join(said) + "\n")
    (folder / "plan.txt").write_text(pprint.pformat(run.plan, width=200))
    (folder / "down-times.txt").write_text(run.down_times())
    for ledger in run.ledgers:
        (folder / f"{ledger.name}.sent.json").write_text(ledger.as_json())
        if ledger.name in run.texts:
            (folder / f"{ledger.name}.stored").write_bytes(run.texts[ledger.name])
    for name, records in run.received.items():
        (folder / f"{name}.received.json").write_text("\n".join(map(json.dumps, records)))
    logs.copy(folder)
    for table, statement in TABLES.items():
        (folder / f"{table}.txt").write_text("\n".join(map(repr, _rows(stack, statement, run.stamps))))
    return folder


def _rows(stack, statement, stamps):
    try:
        return stack.sql(DATABASE, statement, (stamps,))
    except Exception as error:  # the database may be what is wrong
        return [error]
