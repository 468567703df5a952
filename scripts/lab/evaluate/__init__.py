"""Evaluation of comparison (strangers, relatives) and liveness; printed figures are also written to files."""
