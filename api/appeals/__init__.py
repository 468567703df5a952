"""Appeals against a failure, their review, and disputes of purchases by agents.

Import any module.
"""
