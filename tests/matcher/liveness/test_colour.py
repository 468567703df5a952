"""A face responds to the screen's colours; unrelated film does not."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.liveness.colour import DRIFT, FEWEST, LAGS_MS, MOST, PALETTE, possible, response
from matcher.local import LocalMatcher
from matcher.types import ColourResponse, ColourStatus, Observation, Shown
from models.domain import challenge
from models.domain.layers import colours
from models.domain.policy import Policy
from scripts.demo.film import samples
from scripts.lab.evaluate.light import filmed, length_ms, lit, moments
from tests.matcher.captures import WOMAN, examined, frames

COLOURS = tuple(Shown(rgb, 400) for rgb in ("#FF0000", "#00FFFF", "#0000FF", "#FFFF00"))
OTHERS = tuple(Shown(rgb, 400) for rgb in ("#00FFFF", "#FF0000", "#FFFF00", "#0000FF"))


def observed(skins: Sequence[Sequence[float] | None], step_ms: int = 200, kind: str = "motion"):
    """Return observations of which only time and skin are known."""
    return [
        Observation(n, n * step_ms, kind, "", "", 1, skin=None if skin is None else tuple(skin))
        for n, skin in enumerate(skins)
    ]


def shining(colours: Sequence[Shown], share: float, lag_ms: int = 0, step_ms: int = 200, drift: float = 0.0):
    """Return a face that responds to the colours, without noise; drifting light also turns red."""
    skins = []
    for t in range(0, length_ms(colours), step_ms):
        place = (t - lag_ms) // colours[0].ms
        rgb = colours[place].rgb if 0 <= place < len(colours) else "#000000"
        light = [1 + share * int(rgb[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        turned = 1 + drift * (t / 1000) ** 2
        skins.append([150 * light[0] * turned, 110 * light[1], 90 * light[2]])
    return observed(skins, step_ms)


def test_the_matchers_palette_equals_the_domains() -> None:
    assert challenge.PALETTE == PALETTE


def test_nothing_is_flashed_faster_than_is_safe() -> None:
    """WCAG 2.3.1 allows three flashes in a second; a flash is two changes."""
    assert colours.COLOUR_MS >= 1000 / 3
    assert Policy().colour_count * colours.COLOUR_MS <= 3000


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_every_sequence_that_may_be_drawn_is_tried_once(count: int) -> None:
    sequences = possible(count)
    assert len({tuple(one) for one in sequences.tolist()}) == len(sequences) == 6 * 5 ** (count - 1)


def test_without_colours_no_response_is_expected() -> None:
    assert response((), shining(COLOURS, 0.1)) == ColourResponse(ColourStatus.NOT_ASKED)


@pytest.mark.parametrize("lag_ms", [-200, 0, 150, 400, 800, 1000])
@pytest.mark.parametrize("share", [0.02, 0.2])
def test_a_responding_face_fits_the_shown_sequence_best(lag_ms: int, share: float) -> None:
    found = response(COLOURS, shining(COLOURS, share, lag_ms))
    assert found.status == "measured" and found.frames == 13
    assert found.p <= 2 / len(possible(len(COLOURS)))
    assert found.score > 0.9
    assert abs(found.lag_ms - lag_ms) <= 200


def test_light_that_drifts_does_not_hide_the_answer() -> None:
    assert response(COLOURS, shining(COLOURS, 0.05, drift=0.1)).p <= Policy().colour_p_max


def test_a_response_to_other_colours_does_not_count() -> None:
    assert response(OTHERS, shining(COLOURS, 0.1)).p > 10 * Policy().colour_p_max


def test_a_constant_face_gives_no_response() -> None:
    found = response(COLOURS, observed([(150, 110, 90)] * 14))
    assert (found.score, found.p) == (0.0, 1.0)


@pytest.mark.parametrize(
    "seen",
    [[], observed([(150, 110, 90)] * (FEWEST - 1)), observed([None] * 20), observed([(9, 9, 9)] * 20, 4000),
     observed([(150, 110, 90)] * 20, kind="evidence")],
    ids=["no frames", "too few", "no face", "too late", "evidence only"],
)  # fmt: skip
def test_too_few_frames_are_not_measured(seen: list[Observation]) -> None:
    found = response(COLOURS, seen)
    assert found.status == "not_measured" and found.p is None and found.frames < FEWEST


@pytest.mark.parametrize(
    "colours",
    [(Shown("#123456", 400),), (Shown("#FF0000", 400),) * 2, COLOURS + OTHERS],
    ids=["unknown", "twice the same", "too many"],
)
def test_colours_that_are_never_drawn_are_not_measured(colours: tuple[Shown, ...]) -> None:
    assert response(colours, shining(COLOURS, 0.1)).status == "not_measured"


SKINS = st.lists(st.none() | st.tuples(*[st.floats(0, 255)] * 3), max_size=30)


@given(SKINS, st.integers(1, 400), st.integers(1, 5), st.data())
def test_any_film_gives_possible_figures(skins, step_ms, count, data) -> None:
    drawn = data.draw(st.sampled_from(possible(count).tolist()))
    found = response([Shown(PALETTE[place], 400) for place in drawn], observed(skins, step_ms))
    assert found.status in ("measured", "not_measured")
    if found.status == "measured":
        assert -1.000001 <= found.score <= 1.000001
        assert 0 < found.p <= 1
        assert found.lag_ms in LAGS_MS.tolist()
        assert FEWEST <= found.frames <= len(skins)


def test_unrelated_film_fits_one_sequence_in_a_hundred() -> None:
    """Whatever the film: its best sequences are the best for it, but it cannot choose what is drawn."""
    film = observed(np.random.default_rng(7).normal((150, 110, 90), 3, (14, 3)).tolist())
    chances = [
        response([Shown(PALETTE[place], 400) for place in drawn], film).p for drawn in possible(3).tolist()
    ]
    for p_max in (0.01, 0.05, 0.5):
        assert np.mean(np.array(chances) <= p_max) <= p_max


def test_removing_drift_keeps_the_response() -> None:
    assert FEWEST > DRIFT + 2


@pytest.fixture(scope="module")
def stretch(matcher: LocalMatcher):
    """Return a stretch of a real film, long enough for a challenge."""
    with matcher._models() as models:
        course = moments(models, samples() / "WolfgangLanger_Pexels.mp4")
    return [one for one in course if 7000 <= one.t_ms <= 7000 + length_ms(COLOURS)]


@pytest.mark.parametrize(("share", "answers"), [(0.2, True), (0.1, True), (0.0, False)])
def test_a_real_face_responds_to_simulated_light(
    matcher: LocalMatcher, stretch, share: float, answers: bool
) -> None:
    with matcher._models() as models:
        seen = filmed(models, stretch, COLOURS, 250, share)
    assert (response(COLOURS, seen).p <= Policy().colour_p_max) is answers
    assert response(OTHERS, seen).p > Policy().colour_p_max


def test_simulated_light_falls_on_the_face_only() -> None:
    grey = np.full((200, 200, 3), 100, np.uint8)
    shown = lit(grey, (70, 60, 60, 80), "#FF0000", 0.2)
    assert (shown[0, 0] == 100).all()
    blue, green, red = shown[100, 100]
    assert (blue, green) == (100, 100) and red == 109


def test_a_report_contains_the_colour_response(matcher: LocalMatcher) -> None:
    assert examined(matcher, frames(WOMAN)).colour.status == "not_asked"
    found = examined(matcher, frames(WOMAN), colours=COLOURS).colour
    assert found.status == "measured" and found.frames >= 13 and found.p > 0.01
