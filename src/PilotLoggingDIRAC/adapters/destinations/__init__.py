"""Destinations of pilots' logs: one module for each kind of broker or engine, a class as ``forward.Destination``.

Each is made as a ``DestinationPlugin``. A plugin is found by its name in ``Client/PilotLoggingPlugins``: there is a
door for each of these, ``<Kind>Destination``, and an installation has its own in the same way.
"""
