"""Backup and restoration of an installation.

Import `copies`.
"""
