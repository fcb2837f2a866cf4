"""Diagnoses in the store: those of logs, their figures, and groups of failures that no rule knows."""
