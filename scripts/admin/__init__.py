"""Operators' commands in production, one module per command group, on the real ports.

Imported by `scripts.__main__`, which names each group in its table of commands.
"""
