"""The documented name of `python -m scripts.admin.subscriptions`."""

from scripts.admin.subscriptions import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
