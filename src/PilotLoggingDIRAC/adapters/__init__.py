"""The outside systems, an adapter for each: databases, storage elements, CEs, key servers, brokers, ways to recipients.

An adapter turns a system's interface into a protocol of ``pilotlog.ports`` or into plain values, and its failures into
the errors of ``pilotlog.errors``. Work that needs a user's proxy, or that may hang, runs in ``workers``; modules named
``*_operations``, and ``storage.operations``, are what a worker's child does. ``storage`` is a VO's archive, ``sources``
finds a pilot's output, ``destinations`` takes forwarded records, ``notices`` delivers digests. ``LogDatabase``
(``database``) is this package's own database. Only ``assembly`` creates adapters.
"""
