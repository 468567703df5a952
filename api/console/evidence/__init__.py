"""Console pages of overrides, single decisions, and evidence about the installation's own insured.

Imported by the composition root alone.
"""
