"""The documented name of `python -m scripts.lab.load`."""

from scripts.lab.load.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
