"""The facts of decisions: written with them, back-filled for older ones, deleted, verified.

Import any module.
"""
