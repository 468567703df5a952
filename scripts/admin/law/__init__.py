"""Commands for what the law on personal data asks for."""
