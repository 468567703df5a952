"""Layers against film that is made, not filmed: colours told one at a time, and the risk of a try."""
