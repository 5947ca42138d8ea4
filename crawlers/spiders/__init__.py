"""One source a file, all alike."""
