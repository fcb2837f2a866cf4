"""A day of a million pilots, scaled: whole lives of pilots at that rate, on a real stack, sampled as they go."""
