"""Database cost of routes and sweeps in an empty and a full database, counted rather than timed."""
