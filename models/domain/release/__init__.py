"""Staged releases of policies: stages, the guard that rolls back, minimum thresholds. Pure.

Import any module.
"""
