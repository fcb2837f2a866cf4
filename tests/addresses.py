"""Addresses of hosts of this machine that answer, refuse, or are silent; open until an ``ExitStack`` ends."""

import socket


def listening(stack):
    """The address of a server that takes connections."""
    return stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()


def silent(stack):
    """The address of a server whose queue is full: nobody answers there, as behind a firewall."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(4):
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(server.getsockname())
    return server.getsockname()


def refusing(stack):
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()


def resolve(monkeypatch, *addresses):
    """Have each name stand for these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
