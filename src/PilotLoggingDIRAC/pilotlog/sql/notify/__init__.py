"""The standings of recipients of notices."""
