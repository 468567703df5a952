"""Normalisation by a background only reduces scores, and only by what faces have in common."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matcher.comparison import background
from matcher.comparison.scores import sface
from matcher.types import Background, Embedder, Template

LEVELS = st.floats(-1, 1)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def drawn(count: int, seed: int, common: float = 0.0) -> np.ndarray:
    """Return `count` random faces that share a direction as far as `common` says."""
    faces = np.random.default_rng(seed).normal(size=(count, 128))
    faces[:, 0] += common * np.sqrt(128)
    return unit(faces).astype(np.float32)


def template(vector: np.ndarray) -> Template:
    return Template(Embedder.SFACE, "1", tuple(map(float, vector)))


@given(LEVELS, LEVELS)
def test_normalisation_raises_no_score(probe: float, reference: float) -> None:
    assert background.excess(np.array(probe), np.array(reference)) >= 0


@given(LEVELS, LEVELS, LEVELS)
def test_a_face_more_like_all_others_is_reduced_no_less(one: float, other: float, fixed: float) -> None:
    low, high = sorted([one, other])
    at = np.array(fixed)
    assert background.excess(np.array(low), at) <= background.excess(np.array(high), at)


@given(arrays.arrays(np.float64, (3, 30), elements=st.floats(-1, 1)))
def test_the_level_is_the_mean_of_the_nearest_third(likeness: np.ndarray) -> None:
    expected = np.sort(likeness, axis=1)[:, -10:].mean(axis=1)
    assert np.allclose(background.levels(likeness), expected)


def test_faces_unlike_the_background_keep_their_cosine() -> None:
    probe, reference = drawn(2, 1)
    found = background.normalised([probe], [template(reference)], drawn(300, 2))
    assert found is not None and found.excess == 0
    assert np.isclose(found.cosine, sface([probe], [template(reference)]))


def test_faces_that_resemble_everybody_need_more() -> None:
    probe, reference = drawn(2, 1, common=0.8)
    found = background.normalised([probe], [template(reference)], drawn(300, 2, common=0.8))
    assert found is not None and found.excess > 0.1


def test_a_person_who_is_in_the_background_is_not_compared_with_themselves() -> None:
    probe, reference = drawn(2, 1, common=0.8)
    faces = drawn(300, 2, common=0.8)
    without = background.normalised([probe], [template(reference)], faces)
    joined = background.normalised([probe], [template(reference)], np.vstack([faces, reference[None]]))
    assert joined == without


def test_a_background_has_one_face_a_person_and_is_known_by_its_content() -> None:
    faces = drawn(3, 5)
    dlib = Template(Embedder.DLIB, "1", tuple([0.0] * 128))
    made = background.background([[template(face), dlib] for face in faces])
    assert np.array_equal(background.matrix(made), faces)
    assert made.version == Background(made.faces).version != Background(made.faces[512:]).version


def test_nothing_is_compared_without_both_sides() -> None:
    (face,) = drawn(1, 1)
    assert background.normalised([], [template(face)], drawn(10, 2)) is None
    assert background.normalised([face], [], drawn(10, 2)) is None
