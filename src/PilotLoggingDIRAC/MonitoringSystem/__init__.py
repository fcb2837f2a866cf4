"""Doors: the modules of the Monitoring system that DIRAC looks up by name."""
