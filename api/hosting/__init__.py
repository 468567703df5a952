"""Rules on the addresses a process may listen on; import `exposure`."""
