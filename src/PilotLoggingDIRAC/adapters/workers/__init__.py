"""Child processes that act with one identity each, for work on storage and computing elements."""
