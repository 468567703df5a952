"""Releases of policies: proposed with evidence, approved by another, staged, guarded, rolled back.

Import any module.
"""
