"""The operator's console: accounts, sign-in, and pages that call the same actions as the commands.

Imported by the composition root alone.
"""
