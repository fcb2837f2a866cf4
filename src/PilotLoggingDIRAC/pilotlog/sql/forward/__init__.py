"""Forwarding's side of the store.

``cursors`` tells which logs have something to send (``conditions``) and how far each was sent, ``texts`` reads what
follows. ``parcels`` and ``replays`` are those of ``forward``, ``destinations`` says how each destination fares.
"""
