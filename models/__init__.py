"""What the system remembers, and the pure rules it remembers it by."""
