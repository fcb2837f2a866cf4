"""``./dev install-test [--keep]``: walk through the guide, in namespaces of its own, with a stopwatch."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..stack.environment import TOP

INSIDE = "INSTALL_TEST_INSIDE"
PROGRAMS = ("runsvdir", "sv", "unshare", "nsenter", "mariadbd", "ip", "haproxy")
SKIPPED = 0


def obstacle():
    """Return why this machine can't do it; empty if it can."""
    if os.geteuid():
        return "it needs root, for namespaces of its own"
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        return f"{', '.join(missing)} is missing (Debian: apt-get install runit mariadb-server iproute2 haproxy)"
    if subprocess.call(["unshare", "--mount", "--uts", "--net", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL):
        return "this machine allows no namespaces"
    return ""


def main():
    """Enter the namespaces, and walk there."""
    parser = argparse.ArgumentParser(prog="./dev install-test", description=__doc__)
    parser.add_argument(
        "--keep", action="store_true", help="at the end, or at a failure, open a shell on the first host"
    )
    options = parser.parse_args()
    if work := os.environ.get(INSIDE):
        sys.exit(inside(Path(work), options.keep))
    if why := obstacle():
        print(f"install-test: skipped, {why}")
        sys.exit(SKIPPED)
    work = TOP / ".install-test"
    subprocess.call(["rm", "-rf", work])
    work.mkdir()
    sys.exit(again(work, "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"))


def inside(work, keep):
    """Make the hosts while there is a net to fetch packages from, then walk with a net of their own."""
    from . import walk

    if not (work / "made").exists():
        walk.make(work)
        return again(work, "--net")
    return walk.walk(work, keep)


def again(work, *namespaces):
    """Run this module once more in namespaces of its own; return the exit code."""
    words = ["unshare", *namespaces, sys.executable, "-m", __package__, *sys.argv[1:]]
    return subprocess.call(words, env=os.environ | {INSIDE: str(work)}, cwd=TOP)


if __name__ == "__main__":
    main()
