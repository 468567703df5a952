"""Backup and restoration of an installation."""
