"""Batches become durable, in the order in which they arrived, each exactly once.

``writer.Writer`` takes batches from its ``queue`` in groups and commits each group in one transaction of a
``ports.LogStore``. While the store is unavailable, groups go to the ``spool`` on local disk; ``drain`` offers them to
the store later, before any newer batch. A receipt means that the batch is in the database or in the spool. ``gaps``
counts refused text, and a marked line in the log reports it. Surface: ``Writer``, ``Spool``.
"""
