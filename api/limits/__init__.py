"""Limits on guessing; import `guesses`."""
