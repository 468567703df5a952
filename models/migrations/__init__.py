"""Alembic migrations: `versions` takes a database from the first schema to the tables of today.

Nothing imports it but `models.migrate`.
"""
