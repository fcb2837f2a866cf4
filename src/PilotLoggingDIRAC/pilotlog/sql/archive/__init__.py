"""The agent's side of the store: the steps that a log takes from its last line to its end.

``sealing`` ends logs, ``leases`` and ``bundling`` archive them, ``checks`` looks at their copies, and ``retention``,
``removal`` and ``clearing`` delete text, copies and rows. ``custody.SqlCustody`` has all of these steps.
"""
