"""The demo: create an installation, run the scripted scenarios over HTTP, keep serving.

Run as `python -m scripts.demo`; `film`, `profile` and `cast` are also imported by measurements and tests.
"""
