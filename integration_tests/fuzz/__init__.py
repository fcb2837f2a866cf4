"""Hostile requests by the thousand against a real collector, and an oracle that knows what it may answer."""
