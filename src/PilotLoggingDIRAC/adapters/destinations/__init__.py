"""Destinations of pilots' logs: a class ``<Kind>Destination`` for each kind of broker or engine, in a module each.

Each class is a ``forward.destination.DestinationPlugin``: it is made with a name and options, and what is made is a
``Destination``. It is found by its name in ``Client/PilotLoggingPlugins``, where each has a door; an installation adds
a plugin of its own in the same way. Modules ``<kind>_*`` are parts of one kind. One of them is not about sending:
``opensearch_lines`` reads lines back, for searches and for the source ``OpenSearch``.
"""
