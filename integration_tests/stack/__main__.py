"""`./dev up`, `portal`, `status`, `shell` and `down`."""

import argparse
import os
import sys
import time
from pathlib import Path

from . import Stack, StackError, ending, environment, pki, world

DEFAULT_ROOT = environment.TOP / ".stack"


class Progress:
    """Prints what is done, with the seconds since the start."""

    def __init__(self):
        self.started = time.monotonic()

    def __call__(self, text):
        print(f"[{time.monotonic() - self.started:4.1f} s] {text}", flush=True)


def up(arguments):
    """Bring the stack up and say where things are."""
    how = {"tls": arguments.tls, "collectors": arguments.collectors, "galera": arguments.galera}
    stack = Stack(arguments.root, agents=not arguments.no_agents, **how)
    progress = Progress()
    stack.up(progress)
    if arguments.destinations:
        progress("destinations")
        there = stack.destinations.start_those_there_are(progress)
    stack.stay()
    progress("up")
    print(f"\n  collector  {stack.front.url}")
    if arguments.destinations:
        print("  forwarding " + ", ".join(f"{name} (port {stack.ports[name]})" for name in there))
    print(f"  folder     {stack.root}\n  users      {', '.join(world.USERS)}\n")
    print("./dev shell [USER] for a shell in it, ./dev status, ./dev down")


def portal(arguments):
    """Bring the stack up with DIRAC's web portal, and say how a browser gets in."""
    stack, user = Stack(arguments.root), arguments.user
    progress = Progress()
    stack.up(progress)
    progress("portal")
    stack.portal.start()
    stack.stay()
    progress("up")
    print(f"\n  portal       {stack.portal.url(user, 'PilotMonitor')}")
    print(f"  page         https://localhost:{stack.ports['tornado']}/pilotlogs/")
    print(f"  certificate  {stack.pki.bundle(user)}  (password: {pki.BUNDLE_PASSWORD})\n")
    print(
        f"Import {user}'s certificate into the browser first, and let it trust both addresses: the stack signed them."
    )


def down(arguments):
    """Stop the stack."""
    stack = Stack(arguments.root)
    if arguments.purge:
        stack.purge()
    else:
        stack.down()


def status(arguments):
    """Print what runs; the code is 1 when something doesn't."""
    rows = Stack(arguments.root).status()
    for name, pid, port, answers in rows:
        state = f"process {pid}" if pid else "down"
        where = f"port {port}{'' if answers or not pid else ', does not answer'}" if port else ""
        print(f"{name:26} {state:16} {where}")
    return 0 if all(pid for _, pid, _, _ in rows) else 1


def shell(arguments):
    """Become a shell in the stack's environment, with a user's proxy."""
    stack = Stack(arguments.root)
    env = stack.env(arguments.user) | {"PS1": f"({arguments.user}) \\w$ "}
    program = os.environ.get("SHELL", "/bin/sh")
    print(f"{arguments.user}'s shell; `exit` leaves it. Try dirac-proxy-info, dirac-admin-get-pilot-output.")
    os.execvpe(program, [program, *(["--norc"] if program.endswith("bash") else [])], env)


def parser():
    """Return the command line's grammar."""
    grammar = argparse.ArgumentParser(prog="./dev")
    commands = grammar.add_subparsers(dest="command", required=True)
    for action in (up, portal, down, status, shell):
        command = commands.add_parser(action.__name__, help=action.__doc__)
        command.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="the stack's folder")
        command.set_defaults(action=action)
        if action is up:
            command.add_argument("--tls", choices=("m2", "std"), default="m2", help="the server's TLS")
            command.add_argument("--collectors", type=int, choices=(1, 2), default=1, help="2: behind HAProxy")
            command.add_argument("--galera", action="store_true", help="the database is a cluster of three nodes")
            command.add_argument("--destinations", action="store_true", help="brokers and engines to forward logs to")
            command.add_argument("--no-agents", action="store_true", help="start no agents")
        if action is down:
            command.add_argument("--purge", action="store_true", help="delete the folder too")
        if action in (shell, portal):
            command.add_argument("user", nargs="?", default="admin", help="who it is for")
    return grammar


def main():
    """Do what is asked."""
    arguments = parser().parse_args()
    ending.clean_up_when_terminated()
    try:
        return arguments.action(arguments)
    except StackError as error:
        print(f"./dev: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
