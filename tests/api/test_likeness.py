"""Imports score photos as checks do: normalised where there is a background."""

import numpy as np

from api.directory.likeness import NO_FACES, Scale
from matcher.comparison import background as normalising
from matcher.types import Embedder, Template
from models.domain.policy import Policy


def faces(count: int, seed: int, common: float) -> np.ndarray:
    """Return unit vectors that share a part, as faces of one group do."""
    found = np.random.default_rng(seed).normal(size=(count, 128)) / np.sqrt(128)
    found[:, 0] += common
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def templates(vector: np.ndarray) -> tuple[Template, ...]:
    return (Template(Embedder.SFACE, "1", tuple(map(float, vector))),)


def test_similarity_uses_the_score_of_checks() -> None:
    one, other = faces(2, 1, common=0.8)
    crowd = faces(200, 2, common=0.8)
    found = Scale(Policy(), crowd).between(templates(one), templates(other))
    check = normalising.normalised([one], templates(other), crowd)
    assert found is not None and check is not None
    assert found == (check.cosine, check.cosine - check.excess) and found.score < found.cosine


def test_without_a_background_the_cosine_counts_and_the_bars_are_those_of_bare_scores() -> None:
    one, other = faces(2, 1, common=0.8)
    bare = Scale(Policy(), NO_FACES)
    found = bare.between(templates(one), templates(other))
    assert found is not None and found.score == found.cosine
    assert (bare.least(False), bare.least(True)) == (0.47, 0.54)
    assert Scale(Policy(), faces(200, 2, common=0.8)).least(True) == 0.46


def test_similarity_is_none_without_templates() -> None:
    (one,) = faces(1, 1, common=0.0)
    assert Scale(Policy(), NO_FACES).between((), templates(one)) is None
    assert Scale(Policy(), NO_FACES).between(templates(one), ()) is None
