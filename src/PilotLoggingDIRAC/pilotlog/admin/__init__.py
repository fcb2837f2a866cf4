"""The administrator's view: health, switching a VO on or off, imports, metrics."""
