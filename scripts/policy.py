"""The documented name of `python -m scripts.admin.policy`."""

from scripts.admin.policy import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
