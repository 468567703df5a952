"""The documented name of `python -m scripts.admin.webhooks`."""

from scripts.admin.webhooks import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
