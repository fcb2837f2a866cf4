"""Secrets are taken out of pilots' text before it is stored: what to look for, how far it goes, and what is kept of it."""
