"""The facts of decisions: written with them, filled in for older ones, emptied, checked.

Import any module.
"""
