"""Evaluation, benchmarks, load tests and fuzzing. Nothing here runs in production."""
