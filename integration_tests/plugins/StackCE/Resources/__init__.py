"""Resources of the tests."""
