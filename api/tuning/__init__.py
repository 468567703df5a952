"""Threshold tuning by evidence: replay of stored decisions, and error rates of one's own history.

Import any module.
"""
