"""Secrets are taken out of pilots' text before it is stored.

``places`` are where a secret may be, ``scanning`` asks the rule of a place (``rules``), ``values`` decides whether what
stands there is a secret, ``swallow`` says how far it goes, and ``carry`` holds what the next message needs to know.
"""
