"""Outgoing calls: the outbox, the allowed addresses, and one bounded POST.

Import `outbox`, `addresses` and `http_post`.
"""
