"""Scores of photo pairs as production computes them under a policy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.comparison.background import excess, levels
from matcher.comparison.scores import fused
from models.domain.policy import Policy
from scripts.lab.evaluate.identity.cohort import Drawn
from scripts.lab.evaluate.identity.photos import Gallery

SCORE = "score"
ENGINES = (SCORE, "sface", "dlib")
PEER_DISTANCE = 0.6


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of pairs: cosines, negated distances, and the decision score."""

    sface: np.ndarray
    dlib: np.ndarray
    score: np.ndarray

    def of(self, engine: str) -> np.ndarray:
        """Return one engine's scores; higher is more similar."""
        return {"sface": self.sface, "dlib": self.dlib, SCORE: self.score}[engine]

    def where(self, chosen: np.ndarray) -> "Scores":
        """Return the scores of the selected pairs."""
        return Scores(self.sface[chosen], self.dlib[chosen], self.score[chosen])


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores pairs of a gallery's rows, normalised by a background where one was drawn."""

    gallery: Gallery
    policy: Policy
    probe_level: np.ndarray
    reference_level: np.ndarray

    @property
    def threshold(self) -> float:
        """Return the policy's threshold for adults under 60."""
        bare = self.probe_level.size == 0
        return self.policy.raw_score_min if bare else self.policy.score_min

    def pairs(self, first: np.ndarray, second: np.ndarray) -> Scores:
        """Return the scores of pairs of rows, the first as probe, the second as reference."""
        gallery, zone = self.gallery, (self.policy.grey_low, self.policy.grey_high)
        cosine = np.einsum("ij,ij->i", gallery.probe[first], gallery.sface[second]).astype(np.float64)
        gap = np.linalg.norm(gallery.dlib[first] - gallery.dlib[second], axis=1).astype(np.float64)
        grey = (zone[0] <= cosine) & (cosine <= zone[1])
        score = np.where(grey, fused(cosine, gap, zone), cosine)
        if self.probe_level.size:
            score = score - excess(self.probe_level[first], self.reference_level[second])
        return Scores(cosine, -gap, score)


def scorer(gallery: Gallery, policy: Policy, drawn: Drawn | None) -> Scorer:
    """Return the scorer of a gallery's pairs; persons are excluded from their own background."""
    if drawn is None:
        return Scorer(gallery, policy, np.empty(0), np.empty(0))
    own = _own(gallery, drawn.folders)
    sides = (
        levels(np.where(own, -1.0, vectors @ drawn.faces.T)) for vectors in (gallery.probe, gallery.sface)
    )
    return Scorer(gallery, policy, *sides)


def _own(gallery: Gallery, folders: Sequence[str]) -> np.ndarray:
    """Return the mask of background faces that show each photo's own person."""
    mine = np.array([str(file.parent.resolve()) for file in gallery.files])
    return np.asarray(mine[:, None] == np.array(folders)[None, :])
