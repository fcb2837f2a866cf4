"""Text, copies and rows that leave: by request of an administrator, or after their time.

``request`` is the administrator's side of deleting, ``removal`` the agent's; ``retention`` deletes what is old. Text
waits, for a stated time, for destinations that still lack it (``awaited``).
"""
