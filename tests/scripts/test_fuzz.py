"""A short run of the fuzzing: the whole matcher on pictures made by hand and some spoilt ones."""

from collections.abc import Sequence

import numpy as np
import pytest

from matcher.local import LocalMatcher
from matcher.types import Enrolment, Frame, Observation
from scripts.demo.film import samples
from scripts.lab.fuzz import corpus
from scripts.lab.fuzz.pieces import cut, mutated
from scripts.lab.fuzz.trial import Trial


@pytest.fixture(scope="module")
def seeds() -> dict[str, bytes]:
    return corpus.seeds([samples() / "single_face.jpg"])


@pytest.mark.slow
def test_the_matcher_survives_spoilt_pictures(matcher: LocalMatcher, seeds: dict[str, bytes]) -> None:
    trial = Trial(matcher, seeds["0-jpeg"])
    chance = np.random.default_rng(11)
    whole = [image for image in seeds.values() if len(image) < 120_000]
    for name, image in (seeds | corpus.bombs()).items():
        trial.feed(name, image)
    for number in range(150):
        spoilt = mutated(whole[number % len(whole)], whole, chance)
        trial.feed(f"spoilt {number}", spoilt)
    assert trial.defects == []
    assert trial.outcomes["verdict ok"] >= len(seeds) // 2


class Broken(LocalMatcher):
    """A matcher that dies of what is not a JPEG."""

    def __init__(self, real: LocalMatcher) -> None:
        self.real = real

    def observe(
        self, frames: Sequence[Frame], previous: Sequence[Observation] = (), seed: int = 0
    ) -> list[Observation]:
        return self.real.observe(frames, previous, seed)

    def enrol(self, photo: bytes) -> Enrolment:
        return self.real.enrol(photo) if photo.startswith(b"\xff\xd8") else Enrolment(str(1 // 0))


def test_any_error_but_badimage_is_a_defect(matcher: LocalMatcher, seeds: dict[str, bytes]) -> None:
    trial = Trial(Broken(matcher), seeds["0-jpeg"])
    trial.feed("one", b"no picture")
    assert [(one["name"], one["error"][:17]) for one in trial.defects] == [("one", "ZeroDivisionError")]
    assert not trial.passed and trial.summary()["outcomes"] == {"not_an_image": 1}


def test_reassembled_pieces_equal_the_picture(seeds: dict[str, bytes]) -> None:
    for name, image in seeds.items():
        assert b"".join(cut(image)) == image and len(cut(image)) > 3, name
