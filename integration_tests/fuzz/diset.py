"""Garbage for the DISET service: on its bare port, within TLS, and in the words of its own protocol."""

import json
import random
import socket
import ssl

from .. import rpc
from .cast import CANARY, TRAP

SERVICE = "PilotLogging"
LISTEN_SECONDS = 0.1
_PROPOSALS = (
    [["WorkloadManagement/PilotLogging", ""], ["RPC", "sendMessage"], []],
    [["WorkloadManagement/PilotLogging", ""], ["RPC", "__class__"], ["a", "b"]],
    [["WorkloadManagement/PilotLogging"], "RPC"],
    [["no/service", ""], ["FileTransfer", "FromClient"], {}],
    {"a": [1]},
    [[[], []], [None, 5], "hosts"],
    [["WorkloadManagement/PilotLogging", ""], ["RPC", CANARY * 1000], "dirac_admin"],
    {"__dCls": "x", "__dMod": TRAP},
)


def attack(stack, seed, number):
    """Open a number of connections, and return what is wrong with the service afterwards."""
    source, pid = random.Random(f"{seed}/diset"), stack.pid(SERVICE)
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    context.load_cert_chain(str(stack.proxy("pila")))
    for _ in range(number):
        try:
            _one(stack.ports[SERVICE], context, source)
        except OSError:  # the service may close whatever it likes
            continue
    if stack.pid(SERVICE) != pid:
        return ["DISET: the service died"]
    answer = rpc.call(stack, "opal", f"WorkloadManagement/{SERVICE}", "getStatus")
    return [] if answer["OK"] else [f"DISET: not well afterwards: {answer['Message']}"]


def _one(port, context, source):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        if source.random() < 0.4:
            raw.sendall(
                source.choice((source.randbytes(200), b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\xa5 no hello", b""))
            )
            return
        with context.wrap_socket(raw, server_hostname="localhost") as wrapped:
            wrapped.sendall(b"".join(_words(source) for _ in range(source.randrange(1, 4))))
            wrapped.settimeout(LISTEN_SECONDS)
            if source.random() < 0.5:
                wrapped.recv(10_000)


def _words(source):
    proposal = json.dumps(source.choice(_PROPOSALS)).encode()
    lengths = (str(len(proposal)), "-1", "99999999", "9" * 30, "x", "", str(len(proposal) - 3))
    framed = source.choice((lengths[0], source.choice(lengths))).encode() + b":" + proposal
    return source.choice(
        (framed, framed, source.randbytes(300), framed[: source.randrange(len(framed))], b"dka:" + framed)
    )
