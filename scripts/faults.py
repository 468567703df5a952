"""The documented name of `python -m scripts.lab.faults`."""

from scripts.lab.faults.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
