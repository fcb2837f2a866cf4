"""Rules of secrets by where they stand: one module for each form.

A form that needs code has an ``ANCHOR`` (or several), the pattern of a place where its secrets may begin, each with a
function that says whether one does; one that is known by what stands before it is a ``Lead`` in ``LEADS``. ``table``
helps ``markup``, and ``scalars`` the values after names; ``own`` has the rules of an installation.
"""
