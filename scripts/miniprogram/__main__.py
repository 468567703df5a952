"""The documented name of `python -m scripts.codegen`."""

from scripts.codegen.__main__ import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
