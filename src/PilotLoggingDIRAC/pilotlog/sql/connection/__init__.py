"""The way to the database.

``engine`` makes connections with time limits, and runs each step as a transaction that names its errors.
``round_trips`` sends several statements in one trip, ``hex_blob`` writes bytes as the server reads them quickest,
``idle_connections`` tests and ends connections that were idle. ``store_clock`` is the database's clock, for all hosts.
"""
