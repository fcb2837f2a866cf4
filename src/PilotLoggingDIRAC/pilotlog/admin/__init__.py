"""The administrator's work: health, switching a VO on or off, imports, metrics.

Everything here computes from plain values. ``health`` turns the answers of collectors into findings with a level;
``switch`` returns the options that switch the logging of a VO's pilots on or off; ``importing`` reads the files of
DIRAC's own collector and sends them in slices to this one; ``metrics`` names the values that Prometheus scrapes. The
commands ask and print, and ``assembly.metrics`` gathers.
"""
