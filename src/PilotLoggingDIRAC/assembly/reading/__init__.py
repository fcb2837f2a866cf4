"""The parts that give text to readers, made from the CS.

``sources`` has the chain of a process: the computing element, the database, the VO's archive (``archives``), and a
search engine that holds all lines of the VO's logs (``engines``). ``job_output`` joins the outputs of a job's pilots,
requested in the caller's name. ``search`` looks in the database, in archived copies and in engines. ``statuses`` tells
how pilots fare, by DIRAC's word.
"""
