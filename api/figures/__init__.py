"""What a process counts while it works, for Prometheus."""
