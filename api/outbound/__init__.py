"""Calls to machines that are not ours: which addresses are allowed, and one bounded POST.

Import `addresses` and `http_post`.
"""
