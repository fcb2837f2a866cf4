"""Descriptions of pilots in the store: unsettled logs, jobs of pilots, and who does the work for all."""
