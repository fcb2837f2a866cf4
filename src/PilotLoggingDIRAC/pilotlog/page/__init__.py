"""Answers for the web page: figures, a list of logs, one log, its lines, outline and hits, its live tail, searches.

`viewer` answers each question of the page within the caller's rights. A log is opened as a `document`: one text over
all its parts, wherever they are, with random access by line and byte through a `line_index`. `part_text` is the text of
one part, in the database or as one of the `archived_copies` that are fetched for the page. `outlined` tells phases,
causes, errors and gaps of a log, from a scan of its document and from the stored diagnosis. `watcher` polls the store
once per tick for all watched logs, and `live_tail` reads new text once for all who follow a log with the same rights.
`log_search` answers a search over many logs, for a bounded number of users (`user_places`).

`figures` answers the start view and a site's page: it adds up the `tallies` of the store, and the `durations` of
phases.
"""
