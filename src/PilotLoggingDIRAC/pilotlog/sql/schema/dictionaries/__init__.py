"""Dictionaries of zstd: what pilots' lines have in common, so that a small text is packed with the lines before it in
mind.

A message of a pilot has a kilobyte or two, too little for a compressor to learn from. ``standard`` packs it with the
package's own dictionary, of which there is a file for each that was ever used; a frame names its dictionary by number.
``known`` finds one again, also one that a later version of the package brought: each is stored in the database before
anything is packed with it (``PilotLogDictionaries``), and learned from there.
"""

from .dictionary import Dictionary, UnknownDictionary, known, learn, standard

__all__ = ["Dictionary", "UnknownDictionary", "known", "learn", "standard"]
