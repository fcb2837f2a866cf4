"""Pilot logs, and nothing of DIRAC: what a log is, how it is received, kept, archived, read, and who may do so."""
