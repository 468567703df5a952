"""Scores of photo pairs as production computes them under a policy."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from matcher.comparison import sets
from matcher.comparison.background import excess, levels
from matcher.comparison.rates import engines
from matcher.comparison.scores import fused
from matcher.types import Embedder
from models.domain.policy import Policy
from scripts.lab.evaluate.identity.cohort import Drawn
from scripts.lab.evaluate.identity.photos import Gallery

SCORE = "score"
# The kinds of score of each model set: normalised by a background, and bare.
ENGINES = tuple(kind for one in Embedder for kind in engines(one))
PEER_DISTANCE = 0.6


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of pairs by kind, equal where there is no background, and dlib's Euclidean distance."""

    sface: np.ndarray
    score: np.ndarray
    dlib: np.ndarray
    dlib_score: np.ndarray
    distance: np.ndarray

    def of(self, engine: str) -> np.ndarray:
        """Return one kind of score; higher is more similar."""
        return np.asarray(getattr(self, engine.replace(" ", "_")))

    def where(self, chosen: np.ndarray) -> "Scores":
        """Return the scores of the selected pairs."""
        return Scores(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores pairs of a gallery's rows, normalised by a background where one was drawn."""

    gallery: Gallery
    policy: Policy
    probe_level: np.ndarray
    reference_level: np.ndarray
    dlib_level: np.ndarray

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
        faces = _unit(gallery.dlib)
        dlib = dlib_score = _by_dlib(np.einsum("ij,ij->i", faces[first], faces[second]))
        if self.probe_level.size:
            score = score - excess(self.probe_level[first], self.reference_level[second])
            dlib_score = dlib - excess(self.dlib_level[first], self.dlib_level[second])
        return Scores(cosine, score, dlib, dlib_score, gap)


def scorer(gallery: Gallery, policy: Policy, drawn: Drawn | None) -> Scorer:
    """Return the scorer of a gallery's pairs; persons are excluded from their own background."""
    if drawn is None:
        return Scorer(gallery, policy, *(np.empty(0),) * 3)
    own = _own(gallery, drawn.folders)
    likeness = (
        gallery.probe @ drawn.faces.T,
        gallery.sface @ drawn.faces.T,
        _by_dlib(_unit(gallery.dlib) @ _unit(drawn.dlib).T),
    )
    return Scorer(gallery, policy, *(levels(np.where(own, -1.0, one)) for one in likeness))


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Return rows at unit length, as the model set keeps them."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _by_dlib(cosines: np.ndarray) -> np.ndarray:
    return np.asarray(sets.similarity(Embedder.DLIB, cosines.astype(np.float64)))


def _own(gallery: Gallery, folders: Sequence[str]) -> np.ndarray:
    """Return the mask of background faces that show each photo's own person."""
    mine = np.array([str(file.parent.resolve()) for file in gallery.files])
    return np.asarray(mine[:, None] == np.array(folders)[None, :])
