"""The documented name of `python -m scripts.admin.enrol`."""

from scripts.admin.enrol import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
