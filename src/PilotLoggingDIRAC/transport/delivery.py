"""Facts about an answer's way to its caller, from the connection itself: Tornado's own futures don't tell them."""

from __future__ import annotations

import select

from tornado.iostream import IOStream

_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR | select.POLLNVAL


def is_open(stream: IOStream) -> bool:
    """Return whether the caller still holds its side open, as far as the kernel has heard; the loop hears it later."""
    if stream.closed():
        return False
    poll = select.poll()
    poll.register(stream.fileno(), _GONE)
    return not poll.poll(0)


def is_written(stream: IOStream) -> bool:
    """Return whether the kernel has taken all that was written, also of a stream that was closed since.

    The future of ``finish`` ends well, too, when the connection broke over what was left.
    """
    return bool(stream._total_write_done_index == stream._total_write_index)
