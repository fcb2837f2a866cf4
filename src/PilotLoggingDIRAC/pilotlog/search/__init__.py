"""Search for a pattern in the text of many logs.

`pattern` compiles literal text or a regular expression (RE2) to a finder, which takes linear time. `line_finder` finds
the matching lines of one text with the lines around them, however the text is cut into chunks. `search` goes through
the selected logs, newest first. A call does a bounded amount of work and returns a cursor; repeated calls find each
matching line exactly once. `engine_search` searches logs all of whose lines are in a search engine, which `line_engine`
is the port of. `shown_line` cuts lines for answers.
"""
