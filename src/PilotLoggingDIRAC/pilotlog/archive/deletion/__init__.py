"""Text, copies and rows that leave: by request of an administrator, or after their time.

``request`` is the administrator's side of deleting, ``removal`` the agent's; ``retention`` deletes what is old, but no
text that a destination still lacks (``awaited``).
"""
