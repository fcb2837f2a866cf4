"""The store on SQLAlchemy Core: MariaDB or MySQL, and sqlite in tests.

``schema`` has the tables, ``migrations`` brings a database up to date, ``engine.Transactions`` runs each step in one
transaction and names its errors, ``rows`` translates between rows and ``model.Log``. Each other module is the store's
side of one room: ``appender`` of the writer, ``reader`` and ``log_list`` of readers, ``searcher`` of searches,
``custody`` (with ``sealing``, ``leases``, ``retention``, ``checks``, ``removal``) of the agent, ``deletion`` and
``importer`` of administrators. Writers lock rows in the order of their unique key; readers take no locks.
"""
