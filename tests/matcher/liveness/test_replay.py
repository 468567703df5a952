"""Earlier film is recognised after any change; a new film of the same person is not."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.liveness.replay import Sample, alike_frames, alike_ms, samples
from matcher.liveness.retraced import retraced_ms
from matcher.local import LocalMatcher
from matcher.types import Frame
from models.domain.policy import Policy
from scripts.demo.film import Film
from scripts.demo.film import samples as folder
from tests.matcher.captures import FRAME, observed

POLICY = Policy()
FILM = folder() / "WolfgangLanger_Pexels.mp4"
EARLIER = Film(FILM, 7.0, 5.0)


def motion(film: Film) -> list[Frame]:
    return [Frame(s.seq, s.t_ms, s.kind, s.image) for s in film.shots(FRAME) if s.kind == "motion"]


def doctored(frames: Sequence[Frame], change: Callable[[np.ndarray], np.ndarray]) -> list[Frame]:
    """Return the frames decoded, changed and encoded again."""
    made = []
    for frame in frames:
        picture = cv2.imdecode(np.frombuffer(frame.image, np.uint8), cv2.IMREAD_COLOR)
        made.append(replace(frame, image=cv2.imencode(".jpg", change(picture))[1].tobytes()))
    return made


def turned(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 1.05)
    return cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def cropped(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    return picture[height // 20 : -height // 20, width // 20 : -width // 20]


def seen(matcher: LocalMatcher, frames: Sequence[Frame]) -> list[Sample]:
    return samples(observed(matcher, frames))


def known_again(ours: Sequence[Sample], theirs: Sequence[Sample]) -> bool:
    return (
        alike_frames(ours, theirs, POLICY.similar_bits) >= POLICY.similar_run
        or alike_ms(ours, theirs) >= POLICY.similar_movement_ms
    )


@pytest.fixture(scope="module")
def earlier(matcher: LocalMatcher) -> list[Sample]:
    return seen(matcher, motion(EARLIER))


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        lambda picture: np.ascontiguousarray(picture[:, ::-1]),
        lambda picture: cv2.convertScaleAbs(picture, alpha=1.0, beta=35),
        lambda picture: cv2.convertScaleAbs(picture, alpha=0.7),
        lambda picture: cv2.GaussianBlur(picture, (0, 0), 1.2),
        cropped,
        turned,
    ],
    ids=["encoded again", "flipped", "brightened", "darkened", "blurred", "cropped", "turned"],
)
def test_an_earlier_capture_is_recognised(
    matcher: LocalMatcher, earlier: list[Sample], change: Callable[[np.ndarray], np.ndarray]
) -> None:
    assert known_again(seen(matcher, doctored(motion(EARLIER), change)), earlier)


def test_an_earlier_capture_is_recognised_backward_and_resampled(
    matcher: LocalMatcher, earlier: list[Sample]
) -> None:
    assert known_again(seen(matcher, motion(replace(EARLIER, start_s=7.1))), earlier)
    frames = motion(EARLIER)
    backward = [
        replace(f, image=b.image) for f, b in zip(frames, doctored(frames, cropped)[::-1], strict=True)
    ]
    assert known_again(seen(matcher, backward), earlier)


def test_a_new_film_of_the_same_person_is_not_recognised(
    matcher: LocalMatcher, earlier: list[Sample]
) -> None:
    assert not known_again(seen(matcher, motion(Film(FILM, 12.2, 4.0))), earlier)
    assert not known_again(seen(matcher, motion(Film(FILM, 2.0, 4.8))), earlier)


def test_a_film_shown_twice_is_a_loop(matcher: LocalMatcher, earlier: list[Sample]) -> None:
    once = motion(Film(FILM, 8.0, 4.0))
    encoded = doctored(once, lambda picture: cv2.GaussianBlur(picture, (0, 0), 0.8))
    twice = [*once, *[replace(f, seq=f.seq + 100, t_ms=f.t_ms + 4000) for f in encoded]]
    assert retraced_ms(seen(matcher, twice)) > POLICY.loop_max_ms
    backward = [replace(f, image=b.image) for f, b in zip(once, encoded[::-1], strict=True)]
    there_and_back = [*once, *[replace(f, seq=f.seq + 100, t_ms=f.t_ms + 4000) for f in backward]]
    assert retraced_ms(seen(matcher, there_and_back)) > POLICY.loop_max_ms
    assert retraced_ms(earlier) == 0


def test_a_smile_that_comes_and_goes_is_no_loop(matcher: LocalMatcher) -> None:
    film = cv2.VideoCapture(str(folder() / "single_face.mp4"))
    pictures = [picture for going, picture in iter(film.read, (False, None)) if going]
    rest, smile, after = [pictures[0]] * 7, pictures[::5], [pictures[-1]] * 7
    shown = [cv2.imencode(".jpg", picture)[1].tobytes() for picture in (*rest, *smile, *after)]
    frames = [Frame(n, 214 * n, "motion", image) for n, image in enumerate(shown)]
    assert retraced_ms(seen(matcher, frames)) == 0


def test_rest_and_a_beginning_alike_are_not_the_same_film() -> None:
    def film(rest: int, then: Sequence[int]) -> list[Sample]:
        yaws = [rest] * 12 + [rest + yaw for yaw in then]
        return [Sample(200 * n, "0" * 16, (yaw, rest, 30 + rest, rest, 45)) for n, yaw in enumerate(yaws)]

    rising = [4, 8, 13]
    ours, theirs = film(0, [*rising, 20, 28, 24, 12, 2]), film(3, [*rising, 13, 12, 6, 1, 0])
    assert alike_ms(ours, theirs) == 0
    assert alike_ms(ours, ours) >= POLICY.similar_movement_ms


SAMPLES = st.lists(
    st.builds(
        Sample,
        t_ms=st.integers(0, 20_000),
        phash=st.integers(0, 2**64 - 1).map("{:016x}".format),
        movement=st.one_of(st.none(), st.tuples(*[st.integers(-90, 90)] * 5)),
    ),
    max_size=40,
).map(lambda film: sorted(film, key=lambda one: one.t_ms))


@given(SAMPLES, SAMPLES)
def test_any_film_is_processed_without_error(ours: list[Sample], theirs: list[Sample]) -> None:
    assert 0 <= alike_frames(ours, theirs, 3) <= len(ours)
    assert alike_ms(ours, theirs) >= 0 and retraced_ms(ours) >= 0


@given(SAMPLES)
def test_a_film_matches_itself_completely(film: list[Sample]) -> None:
    assert alike_frames(film, film, 0) == sum(one.movement is not None for one in film)
