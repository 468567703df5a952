"""Operators' commands in production, one module per command group, on the real ports."""
