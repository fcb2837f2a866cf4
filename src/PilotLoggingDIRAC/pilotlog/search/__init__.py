"""Search over many logs: the pattern, the lines that match, the search itself."""
