"""The readers' side of the store: which logs a selection means, lists of them, and their text. No locks are taken."""
