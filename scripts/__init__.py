"""Commands: arguments and one call each."""
