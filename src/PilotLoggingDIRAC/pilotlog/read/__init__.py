"""Reading logs: which logs a caller may see, and their text.

A request is parsed by `selection` into frozen types. `reader` reads the store within the caller's rights, by page or as
a whole. `outputs` returns a pilot's output by its reference; it asks the named sources of `source_chain` in turn: the
computing element, the store, the archive. `job_output` joins the outputs of a job's pilots. `summary` describes a log
in plain text. `audit` writes a line for each reading and refusal. A caller without rights gets the same answer for a
log that exists and for one that does not.
"""
