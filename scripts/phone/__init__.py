"""Serves the built mini-program to a browser, with the application and WeChat's simulator proxied.

Run as `python -m scripts.phone`; import `server`.
"""
