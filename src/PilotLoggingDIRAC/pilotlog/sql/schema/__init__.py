"""The tables, how a database is brought up to date, and what rows and payloads hold.

``tables``, ``file_tables`` and ``forward_tables`` define the present schema, on the types of ``columns``;
``migrations`` brings a database there. ``rows`` translates between rows and ``model.Log``, ``payload`` between rows and
chunks of text, with ``dictionaries``; ``damage`` is for steps that go on without text that can't be unpacked.
``descriptions`` are what DIRAC knows of a pilot, ``lease`` has the columns of leases, and ``locking`` says how rows of
logs are locked beside their writers. ``side_tables`` deletes what goes with a log, and ``identity`` tells one database
from another.
"""
