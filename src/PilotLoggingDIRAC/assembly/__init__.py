"""The parts of ``pilotlog`` and ``adapters``, put together for each process: the sole reader of CS options in services
and agents. Commands, which run for a user, read the few that they show.

``options.fill`` turns options into settings, ``option_check`` says which options can't be used. ``redaction`` and
``diagnosis_rules`` read rules. Each process makes the parts that it needs at the first call: a service its
``collector``, the web server its ``page`` and ``metrics``, readers what ``reading`` has; the agents are made as
``ArchivingAgent`` (``agent``) and ``ForwardingAgent`` (``forwarding``). ``access`` tells who calls and what that caller
may read, from the CS at each request. Duties run in a ``DutyThread``: ``describing`` in a collector, ``diagnosing`` and
``notices`` in the archiving agent. ``alarms`` tells administrators when a problem begins and ends, also by ``mails``.

To add an option, add a field with a default to a settings class; the developer guide has all steps.
"""
