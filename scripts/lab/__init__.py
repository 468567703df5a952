"""Laboratory: evaluation, benchmarks, load tests, faults and fuzzing. Nothing here runs in production.

Each package is run as a command.
"""
