"""The documented name of `python -m scripts.admin.audit`."""

from scripts.admin.audit import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
