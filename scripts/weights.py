"""The documented name of `python -m scripts.admin.weights`."""

from scripts.admin.weights import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
