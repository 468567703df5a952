"""Commands for people who run the system."""
