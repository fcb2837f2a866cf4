"""The walk, by the guide's commands: from nothing to a log that is read back, a second collector on a further host
behind HAProxy, all processes killed, back to DIRAC's own logging, over again with what that collected, and uninstalled.
"""

import shlex
import subprocess
import sys
import time
from functools import partial

from ..stack.environment import TOP
from . import network, several
from .certificates import Authority
from .files import GROUP, VO
from .host import Host
from .network import call
from .steps import AS_PERSON, COLLECTOR, DELETE_SECTION, Failed, Walk, said
from .stopwatch import Stopwatch

#: Logs that DIRAC's own collectors take, on the first host and on the second.
OLD_STAMPS = ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcde0")


def make(work):
    """Make the hosts' folders, and the package as a wheel, while there is a network to fetch from."""
    for folder in ("/run", "/tmp"):
        call("mount", "-t", "tmpfs", "tmpfs", folder)
    make_wheel(work)
    with (work / "log").open("w") as log:
        authority, first = Authority(), Host(network.FIRST, work, log)
        first.make(authority)
        Host(network.SECOND, work, log).make(authority, first)
    (work / "hosts").write_text(network.hosts_file())
    call("mount", "--bind", work / "hosts", "/etc/hosts")
    (work / "made").touch()


def make_wheel(work):
    """Build the package as the guide's reader would be given it."""
    quiet = ("-q", "--no-deps", "--no-build-isolation")
    call(sys.executable, "-m", "pip", "wheel", *quiet, "-w", work, TOP)


def install(first):
    """Follow install.rst on its first host."""
    first.host.start_database()
    first.set_up()
    first.do(f"dirac-proxy-init -g {GROUP}")
    first.follow("install", "1. The package")
    first.follow("install", "2. The database")
    first.follow("install", "3. The collector", 0)
    first.follow("install", "4. The agent")
    first.do("dirac-install-component Monitoring WebApp")
    first.follow("install", "5. The services that read")
    first.follow("install", "6. Check", 0)
    first.do(f"dirac-admin-pilot-logs-enable {AS_PERSON} --VO {VO} --Yes")
    first.read_back()


def kill_everything(*walks):
    """Kill all that runit keeps; it starts all again, and logs are taken and read as before."""
    for walk in walks:
        walk.do("for folder in startup/*; do kill -9 $(cat $folder/supervise/pid); done")
    walks[0].read_back()


def go_back(first, second):
    """Follow upgrade.rst back to DIRAC's own collector, which then takes a message of a pilot."""
    first.do(f"dirac-admin-pilot-logs-disable --VO {VO} --Yes")
    first.set_option(f"{COLLECTOR}/LoggingPlugin", "FileCacheLoggingPlugin")
    first.follow("upgrade", "Back", -1)
    second.follow("upgrade", "Back", -1, about=several.COMPONENTS)
    for walk, stamp in zip((first, second), OLD_STAMPS, strict=True):
        first.until(said("from before", stamp, walk.host.name))


def come_over(first, second):
    """Follow upgrade.rst from DIRAC's own collector; what it has collected is imported, and read."""
    walks = first, second
    for walk in walks:
        walk.follow("install", "1. The package", 0)
    # the shell that asks is found too, and has no such folder
    folders = [walk.follow("upgrade", "Over", 0, codes=(0, 1)).strip() for walk in walks]
    for walk in walks:
        walk.follow("upgrade", "Over", 1)
    for number in (2, 3):
        first.follow("upgrade", "Over", number)
    first.follow("install", "5. The services that read")
    for walk, folder, stamp in zip(walks, folders, OLD_STAMPS, strict=True):
        walk.until(f"dirac-admin-pilot-logs-import -o /DIRAC/Security/UseServerCertificate=yes {folder}")
        first.shows(f"dirac-admin-pilot-logs-show {AS_PERSON} {stamp}", "from before")


def uninstall(first, second):
    """Follow upgrade.rst until nothing of the package is left; the Tornados then have no collector at all."""
    first.follow("upgrade", "Uninstalling")
    first.do(f"python -c {shlex.quote(DELETE_SECTION)} {COLLECTOR}", shown=f"the section {COLLECTOR} is deleted")
    first.follow("upgrade", "Back", -1)
    second.follow("upgrade", "Back", -1, about=several.COMPONENTS)
    for walk, stamp in zip((first, second), OLD_STAMPS, strict=True):
        first.do(f"! ({said('nobody', stamp, walk.host.name)})")
        walk.do("! python -c 'import PilotLoggingDIRAC' 2> /dev/null")


def walk(work, keep):
    """Walk; return the exit code."""
    network.build()
    (wheel,) = work.glob("*.whl")
    with (work / "log").open("a") as log:
        watch = Stopwatch()
        first, second = (Walk(Host(name, work, log), wheel, watch) for name in (network.FIRST, network.SECOND))
        try:
            go(first, second, network.Balancer(log), watch)
            first.say("good")
        except (Failed, OSError, subprocess.SubprocessError) as error:
            first.say(f"FAILED: {error}\n(all output: {log.name})")
            return 1
        finally:
            watch.write(work / "steps.csv")
            print(*watch.summary(), f"each step: {work / 'steps.csv'}", sep="\n", flush=True)
            if keep and sys.stdin.isatty():
                first.host.visit()
            elif keep:
                while True:  # a signal that comes right before a blocking call waits for its end
                    time.sleep(1)
    return 0


def go(first, second, balancer, watch):
    """Boot both hosts, and take all parts of the walk; raise what they raise."""
    first.host.boot(network.PILOT_ADDRESSES)
    second.host.boot()
    first.say("a host with DIRAC, without any service")
    parts = (
        partial(install, first),
        partial(several.second_collector, first, second, balancer),
        partial(several.lose_second, first, second),
        partial(kill_everything, first, second),
        partial(go_back, first, second),
        partial(come_over, first, second),
        partial(uninstall, first, second),
    )
    for part in parts:
        name = part.func.__name__.replace("_", " ")
        watch.begin(name)
        first.say(f"== {name}")
        part()
