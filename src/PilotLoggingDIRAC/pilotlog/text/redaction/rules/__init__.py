"""Rules of secrets by where they stand: one module for each form.

A module has ``ANCHOR``, the pattern of a place where its secrets may begin, and ``find``, which says whether one does.
"""
