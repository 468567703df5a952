"""What the matcher costs: `python -m scripts.bench --out out` (make bench)."""
