"""Compares faces: embeddings, comparison scores and their published error rates.

Import any module.
"""
