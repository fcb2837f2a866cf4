"""Doors of plugins: destinations (``<Kind>Destination``, see ``adapters.destinations``), and download plugins.

DIRAC's WebAppHandler asks a download plugin for a pilot's log.
"""
