"""In-process counters for Prometheus."""
