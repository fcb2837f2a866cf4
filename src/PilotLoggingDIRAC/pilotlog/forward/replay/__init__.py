"""Replays: logs are sent again to one destination, on request; from the store, or from their archived copies.

Somebody requests a replay (``request``); agents carry it out, log by log in the order of their ids (``replayer``), and
note in the store how far they are, so that a replay goes on after whatever happens. A log's records are those that were
sent live, with the same identities (``log_records``).
"""
