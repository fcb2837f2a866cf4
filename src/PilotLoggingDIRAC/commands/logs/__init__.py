"""Commands about logs: list, show, search, delete, import."""
