"""Reading logs: which logs a caller may see, and their text.

A request is parsed by `selection` into frozen types. `reader` reads the store within the caller's rights, by page or as
a whole. `outputs` returns a pilot's output by its reference; it asks the named sources of `source_chain` in turn: the
computing element, the store, the archive, a search engine; `streams` puts together what several of them have.
`job_output` joins the outputs of a job's pilots. `summary` describes a log in plain text. `searching` is the room
`search` within a caller's rights. `audit` writes a line for each reading and refusal. `database_watch` tells that the
database is another one, so that nothing read before counts. A caller without rights gets the same answer for a log that
exists and for one that does not.
"""
