"""Doors: the modules of the WorkloadManagement system that DIRAC looks up by name, each a few lines over the rooms."""
