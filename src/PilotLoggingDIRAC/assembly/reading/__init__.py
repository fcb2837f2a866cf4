"""The parts that give text to readers, made from the CS.

``sources`` has the chain of a process: the computing element, the database, and the VO's archive (``archives``).
``job_output`` joins the outputs of a job's pilots, asked for on the caller's behalf. ``search`` looks in the database
and in archived copies. ``statuses`` tells how pilots fare, by DIRAC's word.
"""
