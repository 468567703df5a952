"""The insured's rights over their data, and deletion when a period ends.

Import `rights` and `retention`.
"""
