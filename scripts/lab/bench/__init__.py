"""Benchmarks of the matcher: `python -m scripts.bench --out out` (make bench)."""
