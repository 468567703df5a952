"""Versions of the thresholds: which one is in force, who proposed and who approved it.

Import `versions`.
"""
