"""Breaks parts of a running service while tills and phones use it, and checks that nothing was lost."""
