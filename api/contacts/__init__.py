"""Which WeChat belongs to whom, and what may be sent to it.

Bindings, till codes, message credits, and the events WeChat pushes back. Import any module.
"""
