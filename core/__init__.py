"""The words everyone speaks: labels, counts, errors, clock, settings, logs. No I/O, imports nothing of ours."""
