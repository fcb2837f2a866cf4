"""Computing elements of the tests."""
