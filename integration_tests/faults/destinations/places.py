"""Where the logs of each VO go: the configuration of destinations and of the agents that forward."""

from ...stack import world
from ...stack.destinations import PASSWORD, USER
from ..patience import stretched

AGENT = "PilotLogForwardingAgent"
AGENTS = (AGENT, f"{AGENT}-2")
SEARCH, STREAM, QUEUE, RABBIT, LINES = "Search", "Stream", "Queue", "Rabbit", "Lines"
#: The server of each destination in the stack.
SERVERS = {SEARCH: "opensearch", STREAM: "kafka", QUEUE: "activemq", RABBIT: "rabbitmq", LINES: "rsyslog"}
OF_VO = {world.ALPHA.name: (SEARCH, STREAM, QUEUE), world.BETA.name: (SEARCH, RABBIT, LINES)}
NAME = "pilotlogs"  # of the topic, and of the queues
AGENT_OPTIONS = {
    "ForwardSeconds": 0.3,
    "ForwardRecords": 200,
    "ForwardLeaseSeconds": stretched(6),
    "ForwardMaxRetrySeconds": 2,
}
#: A destination that has not answered for this long has failed.
SEND_SECONDS = stretched(4)
_PLACES = "/Resources/PilotLogDestinations"


def configuration(stack):
    """Return the options of destinations and agents, by their paths."""
    found = {f"/Operations/{vo}/PilotLogging/Destinations": f"Archive, {', '.join(of)}" for vo, of in OF_VO.items()}
    found |= {f"/Systems/WorkloadManagement/Agents/{AGENT}/{name}": value for name, value in AGENT_OPTIONS.items()}
    for destination, options in _options(stack).items():
        every = {"Content": "all", "SendSeconds": SEND_SECONDS} | options
        found |= {f"{_PLACES}/{destination}/{name}": value for name, value in every.items()}
    return found


def _options(stack):
    authority, login = str(stack.pki.certificate("ca")), {"User": USER, "Password": PASSWORD}
    queue = login | {"Plugin": "StompDestination", "MQ": f"broker::Queues::{NAME}", "Host": "127.0.0.1", "SSL": "yes"}
    search = {"Plugin": "OpenSearchDestination", "Host": "localhost", "Replicas": 0, "RefreshSeconds": 1}
    lines = {"Plugin": "SyslogDestination", "Format": "json", "Host": "127.0.0.1", "CA": authority}
    return {
        SEARCH: search | login | {"Port": stack.ports["opensearch"], "ca_certs": authority},
        STREAM: {
            "Plugin": "KafkaDestination", "Topic": NAME, "Host": f"localhost:{stack.ports['kafka']}", "CA": authority,
        },
        QUEUE: queue | {"Port": stack.ports["activemq"], "CA": authority},
        RABBIT: queue | {"Port": stack.ports["rabbitmq"], "CA": authority, "VHost": "/"},
        LINES: lines | {"Port": stack.ports["rsyslog-json"], "MaxBytes": 1_000_000},
    }  # fmt: skip
