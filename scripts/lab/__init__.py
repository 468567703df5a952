"""The laboratory: what measures, loads and fuzzes the system. Nothing here runs in production."""
