"""The phone's side of an attempt: consent, challenge, frames, finish, native verification, and decision.

Import any module.
"""
