"""Options of a Java machine that is to start fast and stay small."""

from .packages import java

#: The first compiler alone halves the CPU of a start.
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


def java_command(heap_mb, classpath, main, *arguments, options=QUICK, properties=()):
    """Return the command that runs a class with so much heap."""
    heap = (f"-Xms{heap_mb // 2}m", f"-Xmx{heap_mb}m")
    return [java(), *heap, *options, *properties, "-cp", ":".join(map(str, classpath)), main, *map(str, arguments)]
