"""Commands of Java machines: in tests such that start fast, elsewhere as they come."""

import os

from .. import environment
from .packages import java

#: The first compiler alone halves the CPU of a start.
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


def java_command(heap_mb, classpath, main, *arguments, properties=()):
    """Return the command that runs a class with so much heap."""
    quick = _QUICK if os.environ.get(environment.QUICK_START) else ()
    heap = (f"-Xms{heap_mb // 2}m", f"-Xmx{heap_mb}m")
    return [java(), *heap, *quick, *properties, "-cp", ":".join(map(str, classpath)), main, *map(str, arguments)]
