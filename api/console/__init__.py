"""The operator's console: accounts, sign-in, and pages over the same actions as the commands.

Imported by the composition alone.
"""
