"""Real brokers and engines that pilots' logs are forwarded to, as parts of a stack: started by name, each when needed.

    stack.destinations.start("kafka")

`packages.py` fetches what Debian and Maven Central have of them into `.destinations/`, once for a checkout; nothing is
installed. What can't be had raises Missing, which says what to install: a test is skipped then. Each listens on the
loopback alone, with TLS by the stack's authority: the user `USER` has the password `PASSWORD`, and the certificate of
the host (`stack.pki.host_folder()`) is known too. They end with the stack.
"""

from .packages import Missing
from .servers import NAMES, PASSWORD, USER, Destinations

__all__ = ["NAMES", "PASSWORD", "USER", "Destinations", "Missing"]
