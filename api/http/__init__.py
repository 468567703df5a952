"""HTTP input and output: sessions, limits, idempotency, problems, presenters.

Routes import any module; a route calls one action and one presenter.
"""
