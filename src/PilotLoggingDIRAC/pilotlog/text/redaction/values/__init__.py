"""Names that say that a secret follows, and the decision whether what follows is one.

``names`` has the names, ``entry`` the pattern of a name with its separator, ``leads`` words of other kinds before a
secret. ``values`` finds what follows and ``judged`` decides; ``plain``, ``shapes`` and ``code`` know what is no secret.
"""
