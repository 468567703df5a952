"""Straight lines around a face, and agreement of the evidence frames."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.liveness.bezel import bezel
from matcher.liveness.cues import cues
from matcher.local import LocalMatcher
from matcher.types import Observation, PadCues
from scripts.demo.film import Film
from tests.matcher.captures import MAN, WOMAN, examined, frames, observed
from tests.support.shared import shared

BOX = (130.0, 220.0, 100.0, 120.0)
SCREEN = 0.6


def room() -> np.ndarray:
    """Return a soft, noisy wall."""
    noise = np.random.default_rng(1).normal(0, 6, (640, 360, 3))
    return np.clip(120 + cv2.GaussianBlur(noise, (0, 0), 2), 0, 255).astype(np.uint8)


def framed(*sides: str, lean: float = 0.0) -> np.ndarray:
    """Return the wall with a dark bar beside the face on some sides, leaning by so many degrees."""
    picture = room()
    corners = {
        "left": ((70, 60), (90, 580)), "right": ((270, 60), (290, 580)),
        "above": ((20, 130), (340, 150)), "below": ((20, 430), (340, 450)),
    }  # fmt: skip
    for side in sides:
        cv2.rectangle(picture, *corners[side], (15, 15, 15), -1)
    turn = cv2.getRotationMatrix2D((180, 280), lean, 1.0)
    return cv2.warpAffine(picture, turn, (360, 640), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("sides", [(), ("left",), ("left", "right"), ("right", "below")], ids=str)
def test_a_wall_and_a_door_are_no_screen(sides: tuple[str, ...]) -> None:
    assert bezel(framed(*sides), BOX) < SCREEN


@pytest.mark.parametrize("lean", [-6.0, -2.0, 0.0, 4.0])
def test_lines_on_three_sides_are_seen_also_when_they_lean(lean: float) -> None:
    assert bezel(framed("left", "right", "below", lean=lean), BOX) > SCREEN
    assert bezel(framed("left", "right", "above", "below", lean=lean), BOX) > SCREEN


@given(
    st.tuples(st.floats(-50, 400), st.floats(-50, 700), st.floats(1, 500), st.floats(1, 700)),
    st.sampled_from([(640, 360), (360, 640), (120, 90), (16, 16)]),
)
def test_any_box_gives_a_share(box: tuple[float, float, float, float], size: tuple[int, int]) -> None:
    picture = np.random.default_rng(3).integers(0, 255, (*size, 3)).astype(np.uint8)
    assert 0.0 <= bezel(picture, box) <= 1.0


def test_a_monitor_is_framed_and_a_room_is_not(matcher: LocalMatcher) -> None:
    films = shared("liveness")
    for name, is_screen in (("bona_fide.mp4", False), ("screen_replay.mp4", True)):
        filmed = frames(Film(films / name, 1.0, 4.0))
        found = cues(observed(matcher, filmed)).bezel
        assert (found >= SCREEN) is is_screen, name
    for film in (MAN, WOMAN):
        assert cues(observed(matcher, frames(film))).bezel < SCREEN


def test_only_evidence_is_searched_for_lines(matcher: LocalMatcher) -> None:
    for one in observed(matcher, frames(MAN)):
        assert (one.bezel is not None) == (one.kind == "evidence")
        assert all(0 < value < 255 for value in one.skin)


def evidence(live: float | None, lines: float | None, hint: str | None = None) -> Observation:
    return Observation(0, 0, "evidence", "", "", 1, live=live, bezel=lines, hint=hint)


def test_only_usable_evidence_counts() -> None:
    seen = [
        evidence(0.9, 0.2), evidence(0.4, 0.3), evidence(0.7, 0.9), evidence(0.0, 1.0, "blurred"),
        Observation(0, 0, "motion", "", "", 1, live=0.1),
    ]  # fmt: skip
    assert cues(seen) == PadCues(spread=pytest.approx(0.5), bezel=0.3)
    assert cues([evidence(None, None)]) == cues([]) == PadCues(spread=None, bezel=None)


def test_a_report_contains_the_cues(matcher: LocalMatcher) -> None:
    report = examined(matcher, frames(MAN))
    assert report.pad.cues.spread is None and 0 < report.pad.cues.bezel < SCREEN
    guarded = examined(LocalMatcher(1, shared("models")), frames(MAN))
    assert 0 <= guarded.pad.cues.spread < 1
