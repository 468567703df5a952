"""What reaches a phone: the push, the agent notice, the mini-program code, and WeChat's access token.

Import any module.
"""
