"""Layers beside the comparison: colours told one at a time, a try's risk, whose faces normalise scores."""
