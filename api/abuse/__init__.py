"""Alerts of abuse: gathering what the rules examine, storing findings, and operators' actions on them.

Import any module.
"""
