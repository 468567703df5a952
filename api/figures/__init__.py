"""In-process counters for Prometheus, and optional traces by OpenTelemetry.

Import `counted` and `tracing`.
"""
