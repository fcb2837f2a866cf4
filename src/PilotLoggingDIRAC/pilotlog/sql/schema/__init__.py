"""The tables, how a database is brought up to date, and what rows and payloads hold.

``tables`` and ``file_tables`` are what is true; ``migrations`` brings a database there, ``rows`` translates between
rows and ``model.Log``.
"""
