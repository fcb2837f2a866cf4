"""The writer's side of the store: groups of batches become rows, each exactly once."""
