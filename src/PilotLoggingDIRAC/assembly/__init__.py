"""The parts of ``pilotlog`` and ``adapters``, put together for each process: the sole reader of CS options.

``options.fill`` turns options into the settings of ``pilotlog.settings``. Each process then makes what it needs at the
first call and keeps it: a service its ``collector``, the web server its ``page`` and ``metrics``, the agent an
``ArchivingAgent``, readers the chain of ``sources``. ``callers`` tells who calls and what that caller may read; it is
read from the CS at each request, as are ``balancers`` and ``tokens``. To add an option, add a field with a default to a
settings class, and document it in ``ConfigTemplate.cfg`` and the administrator guide.
"""
