"""The end of a connection of stomp.py 9.0: where the broker ends it, and where we cut it.

A thread of stomp.py's own reads each connection. It alone closes the socket: were another thread to close it, the
descriptor could belong to another file by the time it is read.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress

import stomp

#: The largest record of TLS: one call takes all that is decrypted, nothing waits unseen.
_RECEIVE_BYTES = 16 * 1024
#: How long the reading thread of a connection that was cut is waited for. It has nothing left to wait for itself.
_THREAD_SECONDS = 5.0


def end_with_broker(connection: stomp.Connection12) -> None:
    """End a connection when the broker or an error ends it. stomp.py would go on reading TLS in a loop, for ever."""
    transport = connection.transport

    def receive() -> bytes:
        try:
            text: bytes = transport.socket.recv(_RECEIVE_BYTES)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            text = b""
        if not text:
            transport.running = False
        return text

    transport.receive = receive


def cut(connection: stomp.Connection12) -> None:
    """Break a connection; return when its thread has ended. stomp.py's own way would wait for the broker's part."""
    transport = connection.transport
    selector = transport.sel
    transport.running = False
    if transport.socket is not None:
        with suppress(OSError):  # the broker was first
            socket.socket.shutdown(transport.socket, socket.SHUT_RDWR)
    thread: threading.Thread | None = transport.io_thread
    if thread is None or thread is threading.current_thread():
        return
    thread.join(_THREAD_SECONDS)
    if not thread.is_alive():
        transport.cleanup()
        if selector is not None:  # forgotten by stomp.py
            selector.close()
