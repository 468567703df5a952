"""What leaves the installation: the outbox, the allowed addresses, and one bounded POST.

Import `outbox`, `addresses` and `http_post`.
"""
