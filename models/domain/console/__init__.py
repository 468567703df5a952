"""The console: accounts and their rights, what acts are, how appeals are judged."""
