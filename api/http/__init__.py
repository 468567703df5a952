"""HTTP in and out: sessions, limits, idempotency, problems, presenters.

Routes call one action and one presenter.
"""
