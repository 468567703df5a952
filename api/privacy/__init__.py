"""The insured's rights over their data, and deletion when retention periods end.

Import `rights` and `retention`.
"""
