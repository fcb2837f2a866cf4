"""What gives text to readers, made from the CS: sources, archives, searches, statuses."""
