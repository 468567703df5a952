"""What photos of many people show of the comparison: strangers by group, relatives, the background.

`comparison`, `kin` and `publish` are commands; the rest is what they are made of.
"""
