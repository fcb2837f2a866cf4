"""What all commands share at a terminal: switches, output, answers, exit codes."""
