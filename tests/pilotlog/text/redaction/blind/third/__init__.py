"""Secrets in the forms of one author; ``cases`` has them all."""
