"""The score production would give each pair of photos at a policy."""

from dataclasses import dataclass

import numpy as np

from matcher.comparison.scores import fused
from models.domain.policy import Policy
from scripts.lab.evaluate.photos import Gallery

FUSED = "fused"


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of pairs by each engine: cosines, negated distances, and what production decides on."""

    sface: np.ndarray
    dlib: np.ndarray
    fused: np.ndarray

    def of(self, engine: str) -> np.ndarray:
        """Return one engine's scores; higher is more alike."""
        return {"sface": self.sface, "dlib": self.dlib, FUSED: self.fused}[engine]

    def where(self, chosen: np.ndarray) -> "Scores":
        """Return the scores of some of the pairs."""
        return Scores(self.sface[chosen], self.dlib[chosen], self.fused[chosen])


ENGINES = ("sface", "dlib", FUSED)


def of_pairs(gallery: Gallery, first: np.ndarray, second: np.ndarray, policy: Policy) -> Scores:
    """Return the scores of pairs of rows, the first as probe, the second as reference."""
    cosine = np.einsum("ij,ij->i", gallery.probe[first], gallery.sface[second]).astype(np.float64)
    distance = np.linalg.norm(gallery.dlib[first] - gallery.dlib[second], axis=1)
    zone = (policy.grey_low, policy.grey_high)
    grey = (zone[0] <= cosine) & (cosine <= zone[1])
    score = np.where(grey, fused(cosine, distance.astype(np.float64), zone), cosine)
    return Scores(cosine, -distance, score)


def all_pairs(gallery: Gallery, who: np.ndarray, policy: Policy) -> tuple[Scores, Scores]:
    """Return the scores of all mated and of all non-mated pairs."""
    rows = range(len(who) - 1)
    parts = [
        of_pairs(gallery, np.full(len(who) - row - 1, row), np.arange(row + 1, len(who)), policy)
        for row in rows
    ]
    whole = Scores(*(np.concatenate([part.of(engine) for part in parts]) for engine in ENGINES))
    same = np.concatenate([who[row + 1 :] == who[row] for row in rows])
    return whole.where(same), whole.where(~same)
