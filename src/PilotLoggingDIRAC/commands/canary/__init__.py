"""The check of the whole chain with a test log."""
