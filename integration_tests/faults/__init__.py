"""The fault campaign: real processes, randomly scheduled faults, and an oracle that knows every line that was sent."""
