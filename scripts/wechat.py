"""The documented name of `python -m scripts.admin.wechat`."""

from scripts.admin.wechat import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
