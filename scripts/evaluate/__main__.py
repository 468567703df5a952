"""`python -m scripts.evaluate comparison | kin …`: measure the matcher at the default policy."""

import argparse
import json
from pathlib import Path

from scripts.evaluate import comparison, kin


def main(arguments: list[str] | None = None) -> None:
    """Run one evaluation and print its summary."""
    parser = argparse.ArgumentParser(prog="python -m scripts.evaluate", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="comparison | kin")
    for name, what, run in (("comparison", "faces", comparison.run), ("kin", "pairs", kin.run)):
        command = commands.add_parser(name, help=run.__module__)
        command.add_argument(f"--{what}", dest="folder", type=Path, required=True)
        command.add_argument("--out", type=Path, required=True)
        command.set_defaults(run=run)
    options = parser.parse_args(arguments)
    print(json.dumps(options.run(options.folder, options.out), indent=2, ensure_ascii=False))
    print(f"written to {options.out}/")


if __name__ == "__main__":
    main()
