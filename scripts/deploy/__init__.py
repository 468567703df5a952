"""Bringing an installation up: what is missing, and the same stack on one machine."""
