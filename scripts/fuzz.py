"""The documented name of `python -m scripts.lab.fuzz`."""

from scripts.lab.fuzz.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
