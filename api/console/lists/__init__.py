"""Lists of the installation's records: filtered, sorted, paged by key, or as CSV.

Imported by the console's routes alone.
"""
