"""Hints for a frame: one, the most useful first, under the standard's names."""

from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import combinations
from typing import Any

import cv2
import numpy as np
import pytest

from matcher.imaging import quality
from matcher.imaging.cover import Signs
from matcher.imaging.mesh import Expression
from matcher.imaging.quality import EVIDENCE, MOTION, PORTRAIT, Quality
from matcher.local import LocalMatcher
from matcher.types import Frame, Observation
from scripts.demo.film import samples
from scripts.lab.evaluate.occlusions import KINDS
from tests.matcher.captures import MAN, WOMAN, frames
from tests.matcher.faces import beside, glasses, outline, photo

BARE = Signs(presence=24, nostrils=0.034, mouth=0.2, colour=3, eyes=0.7, frame=0.02)
GOOD = Quality(
    faces=1,
    size=0.5,
    room=2.0,
    inter_eye_px=60,
    brightness=120,
    dark=0.0,
    bright=0.0,
    even=0.9,
    colour=20.0,
    sharpness=200,
    sureness=0.93,
    expression=Expression(yaw=0, pitch=0, roll=0, eyes_open=0.3, mouth_open=0, smile=0.6),
    signs=BARE,
)
STRICT = replace(EVIDENCE, turned=35.0)
Wrong = tuple[str, dict[str, Any]]
# In the order in which they are said.
WRONG: list[Wrong] = [
    ("two_faces", {"faces": 2}),
    ("too_dark", {"brightness": 20}),
    ("too_bright", {"brightness": 250}),
    ("too_far", {"size": 0.1}),
    ("too_close", {"size": 0.99}),
    ("turned", {"expression": replace(GOOD.expression, yaw=50)}),
    ("blurred", {"sharpness": 3}),
    ("covered", {"sureness": 0.82}),
    ("colourless", {"colour": 2.9}),
]


@pytest.mark.parametrize(("first", "second"), list(combinations(WRONG, 2)))
def test_the_most_useful_hint_is_said_first(first: Wrong, second: Wrong) -> None:
    assert quality.hint(replace(GOOD, **first[1]), STRICT) == first[0]
    assert quality.hint(replace(GOOD, **second[1]), STRICT) == second[0]
    if not set(first[1]) & set(second[1]):
        assert quality.hint(replace(GOOD, **first[1], **second[1]), STRICT) == first[0]


def test_a_face_that_fills_the_picture_or_a_grey_one_is_asked_to_change_not_judged() -> None:
    """PAD calls nearly every grey face and many of those without surroundings fake."""
    tight, grey = replace(GOOD, room=1.09), replace(GOOD, colour=2.9)
    assert [quality.hint(tight, limits) for limits in (MOTION, EVIDENCE)] == [None, "too_close"]
    assert [quality.hint(grey, limits) for limits in (MOTION, EVIDENCE)] == [None, "colourless"]
    assert quality.hint(grey, PORTRAIT) is None


def test_a_picture_without_colour_is_told_before_anything_is_counted(matcher: LocalMatcher) -> None:
    picture = photo("single_face.jpg")
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    told = []
    for shown in (picture, grey):
        frame = Frame(0, 0, "evidence", cv2.imencode(".jpg", shown)[1].tobytes())
        told += [one.hint for one in matcher.observe([frame], (), 0)]
    assert told == [None, "colourless"]


def test_a_good_face_has_no_hint() -> None:
    assert [quality.hint(GOOD, limits) for limits in (MOTION, EVIDENCE, PORTRAIT)] == [None] * 3
    assert quality.hint(None, MOTION) == "no_face"


@pytest.mark.parametrize(("brightness", "told"), [(50, "too_dark"), (90, "blurred")])
def test_little_light_is_called_little_light_not_blur(brightness: float, told: str) -> None:
    assert quality.hint(replace(GOOD, sharpness=5.0, brightness=brightness), EVIDENCE) == told


@pytest.mark.parametrize(
    "signs",
    [
        {"presence": 5, "nostrils": 0.012, "mouth": 0.1},
        {"nostrils": 0.01, "mouth": 0.03},
        {"colour": 25, "mouth": 0.15},
        {"eyes": 0.2},
    ],
    ids=["no nose to be seen", "no lips to be seen", "two colours", "dark glasses"],
)
def test_each_sign_of_a_cover_counts(signs: dict[str, float]) -> None:
    hidden = replace(GOOD, signs=replace(BARE, **signs))
    assert hidden.covered
    aside = replace(hidden, expression=replace(GOOD.expression, yaw=40))
    assert aside.covered and aside.glasses is None
    assert not replace(hidden, expression=replace(GOOD.expression, yaw=50)).covered


@pytest.mark.parametrize(
    "signs",
    [{"colour": 30}, {"mouth": 0.05}, {"presence": 10}, {"nostrils": 0.008}],
    ids=["tinted by light", "lips like the skin", "a mesh in doubt", "no nostrils"],
)
def test_one_sign_alone_is_no_cover(signs: dict[str, float]) -> None:
    assert not replace(GOOD, signs=replace(BARE, **signs)).covered


def test_components_have_the_standards_names(matcher: LocalMatcher) -> None:
    enrolled = matcher.enrol((samples() / "single_face.jpg").read_bytes())
    assert set(asdict(enrolled.quality)) == {
        "single_face_present", "inter_eye_distance", "head_size", "luminance_mean", "sharpness",
        "under_exposure_prevention", "over_exposure_prevention", "illumination_uniformity",
        "head_pose_yaw", "head_pose_pitch", "head_pose_roll", "eyes_open", "mouth_closed",
        "eyes_visible", "face_occlusion_prevention",
    }  # fmt: skip
    assert enrolled.quality.face_occlusion_prevention == enrolled.quality.single_face_present == 1.0


def _evidence(matcher: LocalMatcher, picture: np.ndarray) -> Observation:
    image = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    return matcher.observe([Frame(0, 0, "evidence", image)])[0]


@pytest.mark.parametrize("kind", ["mask_white", "mask_blue", "mask_black", "mask_skin", "mask_patterned"])
@pytest.mark.parametrize("name", ["single_face.jpg", "0-f1-su-ph.jpg", "15-f13-anc-ph.jpg"])
def test_a_mask_is_seen_or_hides_the_face(matcher: LocalMatcher, name: str, kind: str) -> None:
    picture = photo(name)
    painted = KINDS[kind](picture, outline(name), np.random.default_rng(1))
    assert _evidence(matcher, picture).hint is None
    assert _evidence(matcher, painted).hint in ("covered", "no_face")


Light = Callable[[np.ndarray], np.ndarray]
LIGHTS: dict[str, Light] = {
    "as it is": lambda picture: picture,
    "grey": lambda picture: cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR),
    "dark skin": lambda picture: (255 * (picture / 255) ** 1.8).astype(np.uint8),
    "yellow lamp": lambda picture: (picture * np.array([0.6, 0.9, 1.0])).astype(np.uint8),
    "from the side": lambda picture: (
        picture * np.linspace(0.35, 1.0, picture.shape[1])[None, :, None]
    ).astype(np.uint8),
}


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("name", ["single_face.jpg", "0-f1-su-ph.jpg", "15-f13-anc-ph.jpg"])
def test_no_light_and_no_skin_is_a_cover(matcher: LocalMatcher, name: str, light: str) -> None:
    told = "colourless" if light == "grey" else None
    assert _evidence(matcher, LIGHTS[light](photo(name))).hint == told


@pytest.mark.parametrize("film", [MAN, WOMAN], ids=["man", "woman"])
def test_the_films_faces_are_not_covered(matcher: LocalMatcher, film: object) -> None:
    evidence = [frame for frame in frames(film) if frame.kind == "evidence"]
    assert "covered" not in {one.hint for one in matcher.observe(evidence)}


@pytest.mark.parametrize(("share", "hint"), [(0.3, None), (0.65, "two_faces")])
def test_a_second_person_matters_from_half_the_size_on(
    matcher: LocalMatcher, share: float, hint: str | None
) -> None:
    seen = _evidence(matcher, beside("single_face.jpg", "0-f1-su-ph.jpg", share))
    assert (seen.hint, seen.faces) == (hint, 2 if hint else 1)


@pytest.mark.parametrize("name", ["single_face.jpg", "0-f1-su-ph.jpg"])
def test_spectacles_are_seen(matcher: LocalMatcher, name: str) -> None:
    assert _evidence(matcher, photo(name)).glasses is False
    assert _evidence(matcher, glasses(name)).glasses is True
