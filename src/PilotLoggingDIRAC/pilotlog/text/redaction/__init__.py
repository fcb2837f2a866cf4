"""Secrets are taken out of pilots' text before it is stored.

``scanning`` finds the places where a secret may be, the rule of a place looks at it, ``swallow`` says how far it goes,
and ``carry`` holds what the next message needs to know.
"""
