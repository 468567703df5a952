"""What an operator runs in production: one module a group of commands, on the real ports."""
