"""The audit log of operators' reads and changes ("acts"): a hash chain anchored like the events'.

Import any module, in every package with operators' actions.
"""
