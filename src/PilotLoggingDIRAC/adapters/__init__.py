"""Adapters to one outside system each: the database, storage elements, computing elements, DIRAC's own databases."""
