"""The parts of ``pilotlog`` and ``adapters``, put together for each process: the sole reader of CS options.

``options.fill`` turns options into the settings of ``pilotlog.settings``. Each process then makes what it needs at the
first call and keeps it: a service its ``collector``, the web server its ``page`` and ``metrics``, the agent an
``ArchivingAgent``, readers what ``reading`` has. ``access`` tells who calls and what that caller may read, from the CS
at each request. To add an option, add a field with a default to a
settings class, and document it in ``ConfigTemplate.cfg`` and the administrator guide.
"""
