"""`python -m scripts.fuzz --runs 10000 --out DIR`: malformed pictures must not crash, hang or leak."""

import argparse
import json
import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.lab.fuzz.make import make


def main(arguments: list[str] | None = None) -> None:
    """Create the corpus, run the engine on it and print the figures; exit 1 on any failure."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"))
    options = parser.parse_args(arguments)
    shutil.rmtree(options.out, ignore_errors=True)
    # A separate process, so that the memory for 24 MP pictures is not counted as the matcher's.
    maker = multiprocessing.get_context("spawn").Process(target=make, args=(options.out,))
    maker.start()
    maker.join()
    command = [sys.executable, "-m", "scripts.lab.fuzz.engine", options.out, options.runs, options.seed]
    with (options.out / "fuzz.log").open("wb") as log:
        ended = subprocess.run([str(part) for part in command], stderr=log, check=False).returncode
    sys.exit(not report(options.out, options.runs, ended))


def report(folder: Path, runs: int, ended: int) -> bool:
    """Print the figures; tell whether no crash, hang or memory growth occurred."""
    file = folder / "summary.json"
    summary = json.loads(file.read_text("utf-8")) if file.exists() else {"runs": 0, "passed": False}
    summary["ended"] = ended
    print(json.dumps(summary, indent=2, ensure_ascii=False))
    if ended or summary["runs"] < runs:
        print(f"the engine ended early ({ended}): see {folder}/last.bin and {folder}/fuzz.log")
        return False
    return bool(summary["passed"])


if __name__ == "__main__":
    main()
