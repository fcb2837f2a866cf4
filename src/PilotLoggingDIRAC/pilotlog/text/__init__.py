"""The text of logs: the part that is stored, and the form in which it is shown.

Before storing: ``resend`` recognises text that was sent before, by hashes of its ``beginnings``, ``redaction`` takes
out secrets, ``limits.TextFilter`` applies it and the limits of lines and logs, ``excerpt`` cuts a message over the
limit and keeps ``sums`` of it. For readers: ``terminal`` makes text harmless for a terminal, ``terminal_lines``
has lines as a terminal shows them, ``outline`` finds commands, errors and gaps, ``humanize`` writes sizes and times,
``blocks`` puts small pieces together. ``utf8`` and ``marked_line`` serve both. The state between two messages is small
and stored in the log's row.
"""
