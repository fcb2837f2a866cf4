"""The store on SQLAlchemy Core: MariaDB or MySQL, and sqlite in tests.

``connection`` runs each step in one transaction and names its errors, ``schema`` has the tables and brings a database
up to date. Each other folder is the store's side of one room: ``write`` of the writer, ``archive`` of the agent,
``describe`` and ``diagnose`` of what is known about pilots, ``read`` of readers, lists and searches, ``forward`` of
destinations, ``notify`` of notices, ``admin`` of administrators. Writers lock rows in the order of their unique key;
readers take no locks.
"""
