"""A whole single-host DIRAC on loopback, in a folder that can be thrown away.

with Stack(tmp_path) as stack:
    stack.up()
    stack.run(["dirac-admin-get-pilot-output", reference], user="alice")
"""

from .processes import ComponentFailed, StackError
from .stack import Stack

__all__ = ["ComponentFailed", "Stack", "StackError"]
