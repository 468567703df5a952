"""Deployment: the stack on one machine, and a check of what an installation lacks.

Run as `python -m scripts.deploy`; import `checks`.
"""
