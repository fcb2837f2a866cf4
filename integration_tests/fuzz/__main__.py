"""``./dev fuzz [--requests N] [--seed S] [--replay FILE]``: a run, its summary, and 1 if anything was found."""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from ..stack import Stack, ending
from . import evidence, summary
from .campaign import Campaign


def say(text):
    """Print at once."""
    print(text, flush=True)


def main():
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__.partition(": ")[2])
    parser.add_argument("--requests", type=int, default=100_000, help="how many requests")
    parser.add_argument("--seed", type=int, help="what all requests follow from (default: drawn)")
    parser.add_argument("--replay", type=Path, help="send the one request that a finding's file holds")
    options = parser.parse_args()
    ending.clean_up_when_terminated()
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        with Stack(root) as stack:
            stack.up()
            return replay(stack, options.replay) if options.replay else run(stack, options)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def run(stack, options):
    """One campaign; whether anything was found."""
    seed = random.randrange(10**6) if options.seed is None else options.seed
    folder = tempfile.mkdtemp(prefix="findings-")
    say(f"{options.requests} requests, seed {seed}; findings are kept in {folder}")
    report = Campaign(stack, seed, folder, say).go(options.requests)
    shutil.copy(stack.log("tornado"), folder)
    say(summary.of(report))
    return bool(report.findings)


def replay(stack, path):
    """Send one case again; whether it is still bad."""
    case = evidence.load(path)
    answers, findings = Campaign(stack, 0, path.parent).send(case)
    for answer in answers:
        say(f"{answer.status} {answer.error} {answer.seconds:.3f} s {answer.body[:500]!r}")
    say("\n".join(findings) or "nothing wrong")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
