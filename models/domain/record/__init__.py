"""Stored facts of every decision, for tuning and audit: packing, and kinship of compared relatives.

Import `fact` and `kin`.
"""
