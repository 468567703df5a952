"""Evaluation of comparison on photos of many persons: strangers by group, relatives, the background.

`comparison`, `kin`, `pilot` and `publish` are commands; the other modules support them.
"""
