"""The part of a command that all of them share."""
