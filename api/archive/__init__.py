"""Exports the audit to storage of another owner that only adds, and compares it with the database.

Import `exporting`, `comparing` and `stores`.
"""
