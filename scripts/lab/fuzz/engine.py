"""The fuzzed process: feeds the crafted pictures, then atheris (libFuzzer) mutations of them.

A separate process, so that crashes and hangs are detected from outside and memory is measured alone.
"""

import json
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["matcher.imaging.container", "matcher.imaging.decode", "PIL"]):
    from PIL import JpegImagePlugin, PngImagePlugin

    from matcher.imaging import container, decode

import numpy as np

from matcher.local import LocalMatcher
from scripts.lab.fuzz.pieces import MOST, mutated
from scripts.lab.fuzz.trial import Trial

INSTRUMENTED = (JpegImagePlugin, PngImagePlugin, container, decode)
SAY_EVERY = 500
HANGS_S = 60


class Engine:
    """Feeds pictures one by one and writes the figures to disk."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder, self.runs = folder, runs
        self.seeds = [file.read_bytes() for file in sorted((folder / "seeds").iterdir())]
        self.trial = Trial(LocalMatcher(1), (folder / "seeds/0-jpeg").read_bytes())

    def one(self, image: bytes, name: str = "") -> None:
        """Feed one picture, which is kept on disk while it is processed."""
        (self.folder / "last.bin").write_bytes(image)
        before = len(self.trial.defects)
        self.trial.feed(name or f"run {self.trial.runs}", image)
        if len(self.trial.defects) > before:
            (self.folder / f"defect-{self.trial.runs}.bin").write_bytes(image)
        if self.trial.runs % SAY_EVERY == 0 or self.trial.runs >= self.runs:
            self.note()

    def note(self) -> None:
        """Write the figures so far."""
        summary = self.trial.summary()
        (self.folder / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False), "utf-8")
        print(
            f"{self.trial.runs:6} pictures, {summary['grown_mb']} MB, {len(self.trial.defects)} defects",
            flush=True,
        )

    def mutate(self, image: bytes, most: int, seed: int) -> bytes:
        """Return the next input: mutated bytes, or reassembled pieces of a picture."""
        chance = np.random.default_rng(seed)
        if chance.random() < 0.2:
            return bytes(atheris.Mutate(image, most))
        return mutated(image, self.seeds, chance)[:most]


def main() -> None:
    """Run the engine; the arguments are folder, number of pictures and seed."""
    folder, runs, seed = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    engine = Engine(folder, runs)
    for file in sorted((folder / "made").iterdir())[: runs // 2]:
        engine.one(file.read_bytes(), file.name)
    options = [
        f"-runs={runs - engine.trial.runs}",
        f"-seed={seed}",
        f"-max_len={MOST}",
        f"-timeout={HANGS_S}",
    ]
    quiet = ["-rss_limit_mb=0", "-verbosity=0", f"-artifact_prefix={folder}/"]
    arguments = [sys.argv[0], *options, *quiet, str(folder / "seeds")]
    atheris.Setup(arguments, engine.one, custom_mutator=engine.mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
