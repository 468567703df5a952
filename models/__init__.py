"""The database schema, the storage of sealed objects, and the pure domain rules."""
