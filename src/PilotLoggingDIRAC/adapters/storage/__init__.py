"""Storage elements and the file catalogue: a VO's archive on the grid.

``GridArchive`` is what the rest of the house sees. It asks workers, each with the VO's own proxy, to run
``operations``: put, get, check, remove. ``elements`` has what is done on one storage element, ``registration`` what is
done in the file catalogue, in as few calls as its answers can be trusted with. ``ranges`` reads a part of a file, for
one log out of a bundle, and ``BundleCache`` has the bundles that many logs are read of.
"""
