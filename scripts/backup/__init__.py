"""Keeping a copy of an installation, and making one from it."""
