"""Breaks the parts of a running service while tills and phones use it; looks what was lost."""
