"""Storage elements and the file catalogue: a VO's archive on the grid.

``GridArchive`` is what the rest of the house sees. It asks workers, each with the VO's own proxy, to run
``operations``: put, get, get a part, check, remove. ``elements`` has what is done on one storage element,
``registration`` what is done in the file catalogue: few calls, none of whose answers is believed without a look.
``ranges`` reads a part of a file, to get one log out of a bundle; ``BundleCache`` holds whole bundles, for readers of
many of their logs.
"""
