"""The documented name of `python -m scripts.admin.institution`."""

from scripts.admin.institution import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
