"""Causes: rules, which of them fit a log, and what is told of a failure that none fits."""
