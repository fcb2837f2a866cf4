"""Batches become durable, in the order in which they came, each exactly once.

``writer.Writer`` takes batches from its ``queue`` in groups and commits each group in one transaction of a
``ports.LogStore``. While the store is away groups go to the ``spool`` on local disk, and ``drain`` brings them to the
store later, before anything newer. A receipt means that the batch is in the database or the spool. Text that was
refused is counted in ``gaps``, and a marked line in its log tells of it. Surface: ``Writer``, ``Spool``.
"""
