"""The parts of ``pilotlog`` and ``adapters``, put together for each process: the sole reader of CS options in services
and agents. Commands, which run for a user, read the few that they show.

``options.fill`` turns options into settings, ``option_check`` says which options can't be used. Each process makes the
parts that it needs at the first call: a service its ``collector``, the web server its ``page`` and ``metrics``, the
agent an ``ArchivingAgent``, readers what ``reading`` has. ``access`` tells who calls and what that caller may read,
from the CS at each request. Works that one component does for all run in a ``DutyThread``: ``describing`` in a
collector, ``diagnosing`` and ``notices`` in the agent. ``alarms`` tells administrators when a problem begins and ends.

To add an option, add a field with a default to a settings class; the developer guide has all steps.
"""
