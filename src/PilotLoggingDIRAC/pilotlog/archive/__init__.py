"""The agent's work: seal, archive, read back, keep for a time, remove."""
