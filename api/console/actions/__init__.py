"""Actions on the console's lists; each is recorded as an act in the same transaction.

Imported by the composition root alone.
"""
