"""Names that say that a secret follows, and the decision whether what follows is one.

``names`` has the names, ``entry`` the pattern of a name with its separator, ``leads`` words of other kinds before a
secret. ``values`` decides about what follows; ``plain`` and ``shapes`` know what is no secret.
"""
