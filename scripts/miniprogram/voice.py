"""The documented name of `python -m scripts.codegen.voice`."""

from scripts.codegen.voice import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
