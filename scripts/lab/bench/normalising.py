"""Cost of score normalisation by a background; alone: `python -m scripts.lab.bench.normalising`."""

import json
from functools import partial
from typing import Any

import numpy as np

from matcher.comparison.background import DIMENSIONS, normalised
from matcher.types import Embedder, Template
from models.domain.layers.background import BANDS, LEAST, PER_CELL
from scripts.lab.bench.clock import cpu_ms

MOST = 2 * len(BANDS) * PER_CELL
FRAMES = PHOTOS = 3
REPEATS = 200


def measure() -> dict[str, Any]:
    """Return the CPU time in ms of three frames against three photos, with and without a background."""
    chance = np.random.default_rng(1)

    def faces(count: int) -> np.ndarray:
        drawn = chance.normal(size=(count, DIMENSIONS)).astype(np.float32)
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)

    probes = list(faces(FRAMES))
    photos = [Template(Embedder.SFACE, "1", tuple(map(float, one))) for one in faces(PHOTOS)]
    taken = {}
    for count in (0, LEAST, MOST):
        background = faces(count)
        taken[count] = cpu_ms(partial(normalised, probes, photos, background), REPEATS)
    return {f"faces_{count}_ms": round(ms, 3) for count, ms in taken.items()} | {
        "added_ms": round(taken[MOST] - taken[0], 3)
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
