"""Secrets are taken out of pilots' text before it is stored.

``redactor.Redactor`` does it, message by message. ``places`` are where a secret may be, and ``prefilter`` tells quickly
where none is. ``scanning`` asks the rule of a place (``rules``), ``values`` decides whether what stands there is a
secret, ``swallow`` says how far it goes, and ``repeated`` finds it again later in the message. ``marker`` is what
stands in its place, ``carry`` holds what the next message needs to know, and ``budget`` bounds the work on hostile
text.
"""
