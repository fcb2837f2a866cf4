"""The walk's part with two hosts: a further one joins, gets a collector, and HAProxy divides pilots among both."""

from .files import VO
from .network import BALANCER, PILOT_ADDRESSES
from .steps import AS_PERSON, Failed, collector_url, said

STAMP = "fedcba9876543210fedcba9876543210"
#: What runs on the further host.
COMPONENTS = ("pip", "Tornado Tornado", "SystemAdministrator")


def second_collector(first, second, balancer):
    """Follow install.rst on a further host, and several-collectors.rst; both collectors take, and give, all logs."""
    second.set_up()
    second.follow("install", "1. The package")
    second.follow("install", "3. The collector", 1)
    second.follow("install", "5. The services that read", about=COMPONENTS)
    first.read_back(f"--URL {collector_url(second.host.name)} --Collector {collector_url(first.host.name)}")
    first.say("HAProxy, with the guide's file")
    balancer.start()
    first.follow("several-collectors", "Set-up")
    pilots_send(first, "with both collectors")
    if 0 in (shares := balancer.connections()).values():
        raise Failed(f"a collector has been given no pilot: {shares}")
    both = first.host.name, second.host.name
    first.shows("dirac-admin-pilot-logs-status", *both)
    first.shows("dirac-admin-pilot-logs-doctor", "2 of 2 collectors answer", f"with the package: {', '.join(both)}")


def lose_second(first, second):
    """Kill all of the second host: pilots go to the first collector at once, and to both when the host is back."""
    second.say("loses its power")
    second.host.lose_power()
    pilots_send(first, "without the second")
    first.read_back(f"--URL {collector_url(BALANCER)}")
    first.do("dirac-admin-pilot-logs-status", codes=(2,))
    second.say("has power again")
    second.host.start_runit()
    first.read_back(f"--URL {collector_url(second.host.name)}")
    first.until("dirac-admin-pilot-logs-status")
    lines = [
        f"{when} from {address}"
        for when in ("with both collectors", "without the second")
        for address in PILOT_ADDRESSES
    ]
    first.shows(f"dirac-admin-pilot-logs-show {AS_PERSON} {STAMP}", *lines)


def pilots_send(walk, text):
    """Send a message from each of the pilots' addresses to the common address; each must be taken."""
    sent = [said(f"{text} from {address}", STAMP, BALANCER, f"--interface {address}") for address in PILOT_ADDRESSES]
    walk.do("\n".join(f"{{ {command}; }} || exit 1" for command in sent), shown=f"pilots send {text}, VO {VO}")
