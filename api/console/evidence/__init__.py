"""Console pages of overrides, of single decisions, and of what is found out about one's own insured."""
