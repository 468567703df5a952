"""The documented name of `python -m scripts.lab.bench`."""

from scripts.lab.bench.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
