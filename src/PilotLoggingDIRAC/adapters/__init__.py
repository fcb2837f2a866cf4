"""The outside systems, an adapter for each: this package's database, PilotAgentsDB, storage elements, CEs, key servers.

An adapter turns a system's interface into a protocol of ``pilotlog.ports`` or into plain values, and its failures into
the errors of ``pilotlog.errors``. Work that needs a user's proxy, or that may hang, runs in ``workers``; modules named
``*_operations``, and ``storage.operations``, are what a worker's child does. ``sources`` finds a pilot's output,
``notices`` delivers digests. Only ``assembly`` creates adapters.
"""
