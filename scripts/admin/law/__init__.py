"""Commands for records that the law on personal data requires."""
