"""The documented name of `python -m scripts.admin.appeals`."""

from scripts.admin.appeals import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
