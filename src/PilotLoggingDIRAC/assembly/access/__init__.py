"""Callers and their rights, made from Registry, Operations and options."""
