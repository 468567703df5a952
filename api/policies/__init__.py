"""Policy versions: which one is in force, its author and its approver.

Import `versions`.
"""
