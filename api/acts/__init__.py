"""The audit log of operators' reads and changes ("acts"): one hash chain, anchored like the events'.

May be imported by every package with operators' actions.
"""
