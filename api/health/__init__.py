"""Readiness of a process, and the installation's metrics."""
