"""Broken, hostile and merely odd pictures against the matcher."""
