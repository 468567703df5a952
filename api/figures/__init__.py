"""In-process counters for Prometheus.

Import `counted`.
"""
