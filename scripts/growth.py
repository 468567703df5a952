"""The documented name of `python -m scripts.lab.growth`."""

from scripts.lab.growth.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
