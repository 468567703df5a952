"""The documented name of `python -m scripts.lab.evaluate`."""

from scripts.lab.evaluate.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
