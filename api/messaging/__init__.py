"""WeChat messages to phones: the push, the agent notice, the mini-program code, and the access token.

Import any module.
"""
