"""The tables, how a database is brought up to date, and what rows and payloads hold.

``tables`` is what is true; ``migrations`` brings a database there, ``rows`` translates between rows and ``model.Log``.
"""
