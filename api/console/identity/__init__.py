"""Sign-in through an identity provider of the bureau's own.

Imported by the console's routes alone.
"""
