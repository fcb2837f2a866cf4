"""How the pieces are put together; the sole reader of CS options."""
