"""Who calls, and what a caller may do: made from Registry, Operations and options."""
