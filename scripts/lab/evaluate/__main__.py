"""`python -m scripts.evaluate comparison | kin | liveness | pad | …`: measure the matcher."""

import argparse
import json
from pathlib import Path

from scripts.lab.evaluate import (
    colour,
    cues,
    landmarks,
    liveness,
    looks,
    pad,
    poses,
    quality,
    recurrence,
)
from scripts.lab.evaluate.identity import comparison, kin, pilot, publish

COMMANDS = {
    "comparison": (comparison.run, ("faces", "out")),
    "kin": (kin.run, ("pairs", "out")),
    "liveness": (liveness.run, ("films", "out")),
    "landmarks": (landmarks.run, ("films", "out")),
    "looks": (looks.run, ("faces", "out")),
    "pad": (pad.run, ("films", "weights", "out")),
    "colour": (colour.run, ("films", "out")),
    "cues": (cues.run, ("films", "faces", "out")),
    "poses": (poses.run, ("films", "faces", "out")),
    "pilot": (pilot.run, ("faces", "out")),
    "publish": (publish.run, ("faces", "pairs")),
    "quality": (quality.run, ("faces", "out")),
    "recurrence": (recurrence.run, ("films", "out")),
}


# The commands whose scores depend on a background.
NORMALISED = ("comparison", "kin", "pilot", "publish")


def main(arguments: list[str] | None = None) -> None:
    """Run one evaluation and print its summary."""
    parser = argparse.ArgumentParser(prog="python -m scripts.evaluate", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar=" | ".join(COMMANDS))
    for name, (run, folders) in COMMANDS.items():
        command = commands.add_parser(name, help=run.__doc__)
        for folder in folders:
            several = "+" if (name, folder) == ("publish", "faces") else None
            command.add_argument(f"--{folder}", type=Path, required=True, nargs=several)
        if name in NORMALISED:
            command.add_argument("--cohort", type=Path, help="faces that scores are normalised by")
        if name == "quality":
            command.add_argument("--masked", type=Path, help="photos of people who wear masks")
        if name == "liveness":
            command.add_argument("--variants", default="none", help="all, none or names (variants.py)")
            command.add_argument("--only", default="", help="these species alone, by name")
        command.set_defaults(run=run)
    options = parser.parse_args(arguments)
    print(json.dumps(options.run(options), indent=2, ensure_ascii=False))
    if "out" in options:
        print(f"written to {options.out}/")


if __name__ == "__main__":
    main()
