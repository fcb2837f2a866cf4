"""Commands about logs: list, show, search, delete, import, send again, retry.

``listing`` has the pages of a list. ``reading`` finds a pilot's log and reads it, for ``showing``; ``following`` reads
what comes, ``crowd`` and ``follow_many`` of many pilots at once. ``searching`` shows hits, ``search_counts`` figures of
them. ``deletion`` counts and deletes, ``deleters`` tells who may; ``importing`` brings in the files of DIRAC's own
collector. ``replaying`` sends logs to a destination again, ``retrying`` retries what failed, at once.
"""
