"""Corpora that rules are measured on, by authors who had not seen the rules."""
