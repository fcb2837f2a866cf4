"""A campaign, its totals; 1 if it found anything.

``./dev faults [--runs N] [--seed S] [--jobs J] [--balanced] [--galera] [--destinations] [--bundles]
[--no-agent] [--patience T]``
"""

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile

from ..stack import environment
from . import patience


def end(*_):
    """End the jobs, which take their stacks down, then this."""
    for child in multiprocessing.active_children():
        child.terminate()
    raise SystemExit("terminated")


def main():
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10, help="how many runs")
    parser.add_argument("--seed", type=int, help="the first run's seed; the others follow (default: drawn)")
    parser.add_argument("--jobs", type=int, default=1, help="stacks side by side")
    parser.add_argument("--balanced", action="store_true", help="HAProxy before both collectors, and its faults too")
    parser.add_argument("--galera", action="store_true", help="a cluster of three nodes as the database")
    parser.add_argument(
        "--destinations", action="store_true", help="logs are forwarded too, and that is broken and judged"
    )
    parser.add_argument("--bundles", action="store_true", help="two agents make bundles, and logs are deleted")
    parser.add_argument("--no-agent", action="store_true", help="nothing is archived; what readers get is judged")
    parser.add_argument("--patience", type=float, default=1.0, help="times as long time limits, on a busy machine")
    options = parser.parse_args()
    if options.bundles and (options.destinations or options.no_agent):
        parser.error("--bundles goes with the agent and without --destinations")
    os.environ[patience.VARIABLE] = str(options.patience)
    os.environ.setdefault(environment.QUICK_START, "yes")
    from .campaign import campaign, say, totals  # its time limits follow from the patience

    first = random.randrange(10**6) if options.seed is None else options.seed
    folder = tempfile.mkdtemp(prefix="findings-")
    signal.signal(signal.SIGTERM, end)
    say(f"{options.runs} runs, seeds from {first}, {options.jobs} at a time; findings are kept in {folder}")
    seeds = list(range(first, first + options.runs))
    kinds = (options.balanced, not options.no_agent, options.galera, options.destinations, options.bundles)
    results = campaign(seeds, options.jobs, folder, *kinds)
    say(totals(results))
    return 1 if len(results) < options.runs or any(result.findings for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
