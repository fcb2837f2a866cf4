"""The agent's work on sealed logs: each goes to the archive of its VO, and leaves the database later.

In each cycle (``Cycle``) the agent seals the logs of pilots that ended without saying so (``Sealer``), and copies into
the logs what DIRAC knows of their pilots (``Describer``). Then each VO has a lane (``Lane``): it removes the copies of
logs that were deleted on request (``Removal``), archives the sealed logs (``Archiver``, or many in one file, see
``bundles``; ``Keeper`` where the VO has no archive), reads some of the archived copies (``CopyCheck``), and deletes
what has been retained for long enough (``Retention``): text first, then copies, then rows. Beside the lanes,
``Diagnoser`` stores why the pilots of ended logs failed; ``running`` does so for logs that are still received.

The room keeps one promise: the text of a log leaves the database only after its archived copy was read back and found
equal. Every step on the store is one transaction and a compare-and-set (``custody``), so that an agent may be killed at
any moment, and several agents may run. What a cycle did, and what went wrong, is counted in its ``Tally``, and
``Alarms`` tell of problems. ``Deletion`` is the administrator's side of deleting on request.
"""
