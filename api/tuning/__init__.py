"""Tuning by evidence: stored decisions replayed under other thresholds, error rates of one's own history.

Import any module.
"""
