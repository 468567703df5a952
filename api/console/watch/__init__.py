"""Pages that watch: alerts of abuse with their cases.

Imported by the composition root alone.
"""
