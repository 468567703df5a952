"""Where a process may listen."""
