"""Diagnoses in the store.

``diagnoses`` leases the logs that are due and stores what was found; ``running`` does so for logs that are received.
``cause_figures`` counts logs by cause and place. ``unknown_failures`` groups failures that no rule knows.
"""
