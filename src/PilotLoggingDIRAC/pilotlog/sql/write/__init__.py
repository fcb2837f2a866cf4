"""The writer's side of the store: groups of batches become rows, each exactly once.

``appender`` stores a group in one transaction: it locks the rows of its logs, skips what they have already, and inserts
the new chunks. ``runs`` puts small chunks of a log together in one row.
"""
