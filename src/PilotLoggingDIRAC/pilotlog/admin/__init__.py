"""The administrator's work: health, the values of options, switching a VO on or off, imports, metrics.

Everything here computes from plain values. ``health`` turns the answers of collectors into findings with a level, for
the status; ``installation`` does so with facts about configuration and hosts, for the doctor. ``option_rules`` says
what is wrong with the value of an option. ``switch`` returns the options that switch the logging of a VO's pilots on or
off. ``collector_log`` finds the files of DIRAC's own collector, and ``importer`` sends them to this one, in the slices
of ``import_slice``. ``metrics`` and ``site_metrics`` name the values that Prometheus scrapes. The commands ask and
print, and ``assembly.metrics`` gathers.
"""
