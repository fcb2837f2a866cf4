"""Pilot logs, and nothing of DIRAC.

``model`` has the frozen types that pass between the rooms, ``ports`` the protocols, ``errors`` all that can go wrong,
``settings`` the bounds. ``lifecycle`` has the life of a log, ``outcome`` how a pilot fared, ``access`` who may do what,
``tokens`` who holds a bearer token. A log's way: ``receive``, ``write``, ``forward``, ``archive``, ``read``; ``text``
has the work on its text. Beside it: ``describe``, ``diagnose``, ``search``, ``page``, ``notify``, ``admin``. ``sql`` is
the store of them all.
"""
