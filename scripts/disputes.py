"""The documented name of `python -m scripts.admin.disputes`."""

from scripts.admin.disputes import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
