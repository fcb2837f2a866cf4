"""A day of a million pilots, scaled: whole lives of pilots at their rate, on a real stack, looked at every few seconds."""
