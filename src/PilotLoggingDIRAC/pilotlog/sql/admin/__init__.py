"""The administrators' side of the store.

``deletion`` marks logs as deleted and makes failed archivings due again, ``importer`` appends slices to part 0 of a
log, ``usage`` measures size and growth.
"""
