"""TLS connections that break, as those of a port scan, cost no pilot its message."""

import random
import socket
import ssl
import struct
import threading
import time

from .pilot import pilot_line
from .test_collector import ALPHA, read

RESET = struct.pack("ii", 1, 0)


class Breaker(threading.Thread):
    """Breaks connections in several ways until it is told to stop."""

    def __init__(self, stack, seed):
        super().__init__()
        self.stack, self.random, self.ended = stack, random.Random(seed), threading.Event()

    def run(self):
        while not self.ended.is_set():
            with socket.create_connection(("127.0.0.1", self.stack.ports["tornado"]), timeout=5) as raw:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                try:
                    self.random.choice((self.garbage, self.plain, self.broken_record))(raw)
                except OSError:
                    continue
            time.sleep(0.01)

    def garbage(self, raw):
        raw.sendall(b"\x16\x03\x01\x00\xa5 no client hello")

    def plain(self, raw):
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        time.sleep(0.002)

    def broken_record(self, raw):
        context = ssl.create_default_context(capath=str(self.stack.pki.certificates))
        context.load_cert_chain(str(self.stack.proxy("pila")))
        with context.wrap_socket(raw, server_hostname="localhost") as wrapped:
            wrapped.sendall(b"POST /x HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
            socket.socket(fileno=wrapped.detach()).sendall(b"\x17\x03\x03\x00\x20" + b"z" * 32)
            time.sleep(0.005)


def test_connections_that_break_cost_no_pilot_its_message(stack, connect, stamp):
    breakers = [Breaker(stack, seed) for seed in (1, 2)]
    for breaker in breakers:
        breaker.start()
    pilot, sent = connect("pila"), ""
    try:
        for number in range(150):
            text = "".join(pilot_line(f"{number} {line}") for line in range(100))
            assert pilot.send(text, stamp)["OK"]
            sent += text
    finally:
        for breaker in breakers:
            breaker.ended.set()
            breaker.join(30)
    assert read(connect("opal"), ALPHA, stamp) == sent
