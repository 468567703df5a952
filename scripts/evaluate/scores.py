"""The score production would give each pair of photos at a policy."""

import numpy as np

from matcher.comparison import fused
from models.domain.policy import Policy
from scripts.evaluate.photos import Gallery


def of_pairs(gallery: Gallery, first: np.ndarray, second: np.ndarray, policy: Policy) -> np.ndarray:
    """Return one score for each pair of rows: SFace, and inside the grey zone both engines fused."""
    cosine = np.einsum("ij,ij->i", gallery.sface[first], gallery.sface[second])
    grey = (policy.grey_low <= cosine) & (cosine <= policy.grey_high)
    distance = np.linalg.norm(gallery.dlib[first[grey]] - gallery.dlib[second[grey]], axis=1)
    score = cosine.astype(np.float64)
    score[grey] = [fused(float(c), float(d)) for c, d in zip(cosine[grey], distance, strict=True)]
    return score


def all_pairs(gallery: Gallery, who: np.ndarray, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of all mated and of all non-mated pairs."""
    mated, others = [], []
    for row in range(len(who) - 1):
        rest = np.arange(row + 1, len(who))
        scores = of_pairs(gallery, np.full(len(rest), row), rest, policy)
        same = who[rest] == who[row]
        mated.append(scores[same])
        others.append(scores[~same])
    return np.concatenate(mated), np.concatenate(others)
