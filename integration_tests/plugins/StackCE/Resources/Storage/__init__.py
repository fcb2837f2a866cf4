"""Storage elements of the tests."""
