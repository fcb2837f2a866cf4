"""Secrets in the forms of a third author; ``cases`` has them all."""
