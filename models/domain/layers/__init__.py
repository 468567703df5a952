"""Checks beside the comparison: screen colours, the risk of a try, score backgrounds.

Import any module.
"""
