"""The error of a platform that this machine can't get."""


class Unavailable(Exception):
    """The platform can't be had here; the message says why."""
