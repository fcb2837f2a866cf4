"""Figures, made on the stack; run by hand with ``python -m benchmarks.<name>``, never part of the tests."""
