"""The check of the whole chain with a test log.

``canary`` sends it as a pilot would (``pilot_wire``, with a ``credential`` of the VO), and looks for it at each link:
collector, database, archive (``archive_wait``), readers. ``report`` prints the links.
"""
