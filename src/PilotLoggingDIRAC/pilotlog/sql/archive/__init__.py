"""The agent's side of the store: ``custody`` holds the steps that a log takes from its last line to its end."""
