"""Readiness of a process, and the installation's metrics.

Import any module; `exporter` also runs as a program.
"""
