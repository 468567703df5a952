"""What a phone does inside an attempt.

Consent, challenge, frames, finish, native verification, and the decision. Import any module.
"""
