"""What a route and a sweep cost in an empty and in a full database, counted, never timed."""
