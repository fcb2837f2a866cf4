"""The campaign with bundles: two agents archive some logs in a file, some logs are deleted, others get late text.

A `plan` gives each run its victims, the logs that are deleted, and faults that happen while their bundles are written
anew. The `field` has the second agent. A `run` goes on after the end of others: it deletes, and waits until bundles
are rewritten. The `archive` reads bundles with Python's zipfile alone, and each file of the storage elements whole.
"""
