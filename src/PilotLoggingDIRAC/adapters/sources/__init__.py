"""Sources of a pilot's output: the database, the storage element, the computing element."""
