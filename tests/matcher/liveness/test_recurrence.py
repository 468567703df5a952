"""Pictures shown twice in a capture are recognised after any change; a living face shows none."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import weights
from matcher.imaging.detector import Detector
from matcher.imaging.mesh import Mesh
from matcher.liveness.recurrence import recurring
from matcher.liveness.replay import Sample
from matcher.liveness.tremor import alike_ms, moved_ms
from matcher.local import LocalMatcher
from matcher.types import Frame, Observation
from models.domain.policy import Policy
from scripts.demo.film import Film
from scripts.lab.evaluate.films.animation import Face, Puppet
from tests.matcher.captures import observed
from tests.matcher.liveness.test_replay import EARLIER, FILM, SAMPLES, doctored, motion, seen

POLICY = Policy()
Change = Callable[[np.ndarray], np.ndarray]


def again(matcher: LocalMatcher, once: Sequence[Frame], change: Change, backward: bool) -> int:
    """Return how many frames recur in a film followed by the same film, changed."""
    changed = doctored(once, change)
    after = 200 + once[-1].t_ms
    shown = changed[::-1] if backward else changed
    more = [
        replace(f, image=b.image, seq=f.seq + 100, t_ms=f.t_ms + after)
        for f, b in zip(once, shown, strict=True)
    ]
    return recurring(observed(matcher, [*once, *more]))


def noisy(picture: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 4, picture.shape)
    return np.asarray(np.clip(picture * 0.8 + noise, 0, 255), np.uint8)


def talking(picture: np.ndarray) -> np.ndarray:
    """Return the picture with the lips opened by rule-aware software."""
    sight = Detector(weights.packaged("yunet")), Mesh(weights.packaged("mesh"))
    return Puppet(*sight, picture).posed(Face(mouth=0.35))


def closer(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    return cv2.warpAffine(picture, cv2.getRotationMatrix2D((width / 2, height / 2), 5, 1.1), (width, height))


@pytest.mark.parametrize("backward", [False, True], ids=["loop", "there and back"])
@pytest.mark.parametrize(
    "change", [noisy, closer, talking], ids=["darker and noisy", "turned and closer", "other lips"]
)
def test_repeated_pictures_are_detected(matcher: LocalMatcher, change: Change, *, backward: bool) -> None:
    assert again(matcher, motion(Film(FILM, 4.0, 3.0)), change, backward) > POLICY.repeated_max


@pytest.mark.parametrize("start", [0.0, 3.0, 6.0, 9.0])
def test_a_living_face_repeats_no_picture(matcher: LocalMatcher, start: float) -> None:
    assert recurring(observed(matcher, motion(Film(FILM, start, 5.0)))) == 0


def test_frames_without_texture_detect_nothing() -> None:
    bare = [Observation(seq=n, t_ms=200 * n, kind="motion", sha256="", phash="", faces=1) for n in range(20)]
    assert recurring(bare) == 0


@given(st.lists(st.binary(min_size=144, max_size=144), max_size=16))
def test_any_texture_is_processed_without_error(shown: list[bytes]) -> None:
    film = [
        Observation(seq=n, t_ms=200 * n, kind="motion", sha256="", phash="", faces=1, texture=texture)
        for n, texture in enumerate(base64.b64encode(one).decode() for one in shown)
    ]
    assert 0 <= recurring(film) <= len(film)


def warped(picture: np.ndarray) -> np.ndarray:
    """Return the picture rotated in space, relit and cropped."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    space = (
        np.c_[corners - [width / 2, height / 2], np.zeros(4)] @ cv2.Rodrigues(np.array([0.2, 0.3, 0.1]))[0].T
    )
    shown = space[:, :2] / (space[:, 2:] + 1.5 * width) * 1.5 * width + [width / 2, height / 2]
    turn = cv2.getPerspectiveTransform(corners, shown.astype(np.float32))
    return cv2.convertScaleAbs(cv2.warpPerspective(picture, turn, (width, height)), alpha=1.2)


def test_an_earlier_capture_rotated_in_space_is_recognised_by_tremor(matcher: LocalMatcher) -> None:
    earlier, filmed = seen(matcher, motion(EARLIER)), motion(EARLIER)
    for shown in (filmed, [replace(f, image=b.image) for f, b in zip(filmed, filmed[::-1], strict=True)]):
        again = seen(matcher, doctored(shown, warped))
        assert alike_ms(again, earlier) >= POLICY.similar_movement_ms
        assert moved_ms(again, earlier) >= POLICY.similar_movement_ms


def test_a_new_film_of_the_same_person_has_another_tremor(matcher: LocalMatcher) -> None:
    earlier = seen(matcher, motion(EARLIER))
    for start in (0.0, 2.0, 12.2):
        assert alike_ms(seen(matcher, motion(Film(FILM, start, 4.5))), earlier) == 0


@given(SAMPLES, SAMPLES)
def test_tremors_of_whatever_was_filmed_are_compared(ours: list[Sample], theirs: list[Sample]) -> None:
    assert 0 <= alike_ms(ours, theirs) <= 21_000
