"""Fuzzes the matcher with malformed, hostile and unusual pictures."""
