"""Counts of guesses and what is too many; import `guesses`."""
