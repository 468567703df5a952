"""The database schema, encrypted storage of values and objects, and the pure domain rules.

Import `tables`, `database`, `urls`, `vault`, `objects`, `migrate` and the modules of `domain`.
"""
