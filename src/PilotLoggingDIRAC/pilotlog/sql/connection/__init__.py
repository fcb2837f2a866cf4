"""The way to the database.

``engine`` makes connections with time limits, and runs each step as a transaction that names its errors.
``one_trip`` sends several statements at once: ``round_trips`` has those of the writer, ``changes`` those of steps that
change many rows. ``hex_blob`` writes bytes as the server reads them quickest, ``idle_connections`` tests and ends
connections that were idle. ``store_clock`` is the database's clock, for all hosts.
"""
