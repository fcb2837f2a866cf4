"""A whole single-host DIRAC on loopback, in a folder that can be thrown away.

    with Stack(tmp_path) as stack:
        stack.up()
        stack.run(["dirac-admin-get-pilot-output", reference], user="alice")

Tests see `Stack` alone. `world` says who and what is in the stack, `components` which processes there are,
`configuration` what DIRAC's configuration says of them; `builder` makes what is made once. `processes` starts and ends
them, by `launcher` on the loopback alone, in tests from fork servers (`forking`). `destinations` has brokers and
engines, `storage` servers of storage elements. `__main__` is `./dev up`, `install` sets up a checkout.
"""

from .processes import ComponentFailed, StackError
from .stack import Stack

__all__ = ["ComponentFailed", "Stack", "StackError"]
