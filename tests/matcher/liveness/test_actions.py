"""Actions are detected by duration: the same result at 3 and at 10 frames a second."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.liveness.actions import in_order, seen
from matcher.liveness.signals import LOWERED, SIDEWAYS
from matcher.types import Observation
from matcher.types.capture import PRESENT, TURNED

RESTING = {
    "yaw": 2.0,
    "pitch": 5.0,
    "roll": 0.0,
    "eyes_open": 0.3,
    "mouth_open": 0.03,
    "smile": 0.55,
    "size": 0.4,
}
DONE = {
    "turn_left": {"yaw": 28.0},
    "turn_right": {"yaw": -26.0},
    "nod": {"pitch": 24.0},
    "closer": {"size": 0.56},
    "open_mouth": {"mouth_open": 0.6},
    "smile": {"smile": 0.70},
    "close_eyes": {"eyes_open": 0.08},
}


def film(fps: float, seconds: float, at: Callable[[float], dict[str, float]]) -> list[Observation]:
    """Return observations whose signals follow a function of time."""
    return [
        Observation(
            seq=n, t_ms=round(n * 1000 / fps), kind="motion", sha256=str(n), phash="0", faces=1,
            **posed(RESTING | at(n / fps)),
        )
        for n in range(int(seconds * fps))
    ]  # fmt: skip


def posed(signals: dict[str, float]) -> dict[str, Any]:
    """Return the signals with the landmarks of a head turned so."""
    nose = (signals["yaw"] * SIDEWAYS, 0.5 + signals["pitch"] * LOWERED)
    return {**signals, "landmarks": (-0.5, 0.0, 0.5, 0.0, *nose, -0.4, 1.0, 0.4, 1.0)}


def doing(*steps: tuple[str, float, float]) -> Callable[[float], dict[str, float]]:
    """Return signals that do each action between two seconds."""

    def at(t: float) -> dict[str, float]:
        return {k: v for action, begin, end in steps if begin <= t < end for k, v in DONE[action].items()}

    return at


def between(begin: float, end: float, shown: dict[str, float]) -> Callable[[float], dict[str, float]]:
    """Return signals that hold the values shown between two seconds."""
    return lambda t: shown if begin <= t < end else {}


@pytest.mark.parametrize("fps", [3, 4, 5, 8, 10])
@pytest.mark.parametrize("action", DONE)
def test_an_action_is_seen_at_every_rate(action: str, fps: float) -> None:
    assert len(seen(action, film(fps, 6, doing((action, 2.0, 3.4))))) == 1


@pytest.mark.parametrize("fps", [3, 5, 10])
@pytest.mark.parametrize("action", DONE)
def test_doing_nothing_shows_no_action(action: str, fps: float) -> None:
    assert (
        seen(action, film(fps, 6, lambda t: {"yaw": 2 + 2 * math.sin(t), "pitch": 5 + math.cos(3 * t)})) == []
    )


@pytest.mark.parametrize("action", DONE)
@pytest.mark.parametrize("other", DONE)
def test_no_action_shows_as_another(action: str, other: str) -> None:
    found = seen(action, film(5, 6, doing((other, 2.0, 3.4))))
    assert bool(found) == (action == other)


def test_left_and_right_are_the_subjects_own() -> None:
    left = film(5, 6, doing(("turn_left", 2.0, 3.4)))
    assert seen("turn_left", left) and not seen("turn_right", left)


@pytest.mark.parametrize("action", DONE)
def test_an_action_already_under_way_at_the_start_does_not_count(action: str) -> None:
    assert seen(action, film(5, 4, doing((action, 0.0, 1.0), (action, 1.0, 3.9)))) == []


@pytest.mark.parametrize("action", ["turn_left", "turn_right", "nod"])
def test_a_face_that_turns_without_its_nose_is_a_tilted_photo(action: str) -> None:
    moved = film(5, 6, doing((action, 2.0, 3.4)))
    flat = [replace(one, landmarks=moved[0].landmarks) for one in moved]
    assert seen(action, moved) and not seen(action, flat)


@pytest.mark.parametrize("action", ["turn_left", "turn_right", "open_mouth", "smile", "close_eyes"])
def test_an_action_may_be_held_to_the_end(action: str) -> None:
    assert len(seen(action, film(5, 4, doing((action, 2.0, 9.0))))) == 1


@pytest.mark.parametrize(("held_s", "times"), [(0.4, 0), (0.8, 0), (1.4, 1), (3.0, 1)])
def test_a_nod_comes_back_or_is_held_for_a_second(held_s: float, times: int) -> None:
    assert len(seen("nod", film(5, 2 + held_s, doing(("nod", 2.0, 9.0))))) == times


@pytest.mark.parametrize("fps", [3, 5, 10])
@pytest.mark.parametrize(
    ("yaw", "until", "slight", "slow"),
    [
        (14.0, 3.0, True, False),
        (14.0, 9.0, False, True),
        (28.0, 3.0, False, False),
        (28.0, 4.2, False, True),
        (6.0, 4.2, False, False),
    ],
    ids=["small and back", "small but held", "wide and back", "wide and held", "hardly at all"],
)
def test_a_turn_has_the_amplitude_and_tempo_asked_for(
    fps: float, yaw: float, until: float, slight: bool, slow: bool
) -> None:
    for side, sign in (("left", 1), ("right", -1)):
        turned = film(fps, 6, between(2.0, until, {"yaw": 2 + sign * yaw}))
        assert bool(seen(f"turn_{side}_slightly", turned)) is slight
        assert bool(seen(f"turn_{side}_slowly", turned)) is slow


def test_a_wide_turn_is_no_slight_one_on_its_way() -> None:
    turned = film(10, 6, lambda t: {"yaw": 2 + min(30.0, 12 * max(0.0, t - 2))})
    shown = [seen("turn_left_slightly", turned[:many]) for many in range(len(turned) + 1)]
    assert shown == [[]] * len(shown)


def test_a_blink_must_come_back() -> None:
    assert seen("blink", film(10, 2.4, doing(("close_eyes", 2.0, 9.0)))) == []


@pytest.mark.parametrize(("fps", "times"), [(10, 1), (8, 1), (5, 0), (3, 0)])
def test_a_blink_is_only_judged_when_filmed_fast_enough(fps: float, times: int) -> None:
    blinking = film(fps, 5, lambda t: {"eyes_open": 0.05} if 2.0 <= t < 2.26 else {})
    assert len(seen("blink", blinking)) == times


def test_long_closed_eyes_are_no_blink() -> None:
    assert seen("blink", film(10, 5, lambda t: {"eyes_open": 0.05} if 2.0 <= t < 3.5 else {})) == []


def test_actions_count_only_in_their_order() -> None:
    right_way = film(5, 8, doing(("turn_left", 2.0, 3.0), ("open_mouth", 4.5, 5.5)))
    assert None not in in_order(["turn_left", "open_mouth"], right_way)
    assert in_order(["open_mouth", "turn_left"], right_way)[1] is None


@pytest.mark.parametrize("later", [0.0, 0.2])
def test_actions_done_at_once_are_out_of_order(later: float) -> None:
    at_once = film(10, 8, doing(("open_mouth", 3.0, 4.0), ("closer", 3.0 + later, 4.2)))
    assert seen("open_mouth", at_once) and seen("closer", at_once)
    assert in_order(["open_mouth", "closer"], at_once)[1] is None


def test_an_action_may_continue_during_the_next() -> None:
    nearer = film(5, 8, doing(("closer", 2.0, 7.0), ("smile", 4.0, 5.0)))
    assert None not in in_order(["closer", "smile"], nearer)


def test_no_observations_show_no_action() -> None:
    for action in (*DONE, "blink"):
        assert seen(action, []) == []
        assert seen(action, film(5, 0.2, doing())) == []


def hidden(
    observations: list[Observation], begin: float, end: float, **what: float | None
) -> list[Observation]:
    """Return the film with other observations between two seconds."""
    return [replace(one, **what) if begin <= one.t_ms / 1000 < end else one for one in observations]


@pytest.mark.parametrize("lost", [{"yaw": None}, {"presence": PRESENT - 1}, {"yaw": TURNED + 5}])
def test_a_face_lost_in_the_middle_of_a_turn_ends_it_only_when_it_stays_away(lost: dict[str, Any]) -> None:
    turning = film(5, 8, doing(("turn_left", 2.0, 5.0)))
    assert len(seen("turn_left", hidden(turning, 2.6, 3.6, **lost))) == 1
    assert len(seen("turn_left", hidden(turning, 2.2, 5.0, **lost))) == 1
    assert seen("turn_left", hidden(turning, 2.0, 5.0, **lost)) == []


@pytest.mark.parametrize("fps", [3, 5, 10])
@pytest.mark.parametrize("action", ["turn_left", "turn_right", "nod"])
def test_a_small_and_a_slow_movement_are_movements(action: str, fps: float) -> None:
    """Two thirds of the way, and reached within two seconds."""

    def at(t: float) -> dict[str, float]:
        share = 0.62 * max(0.0, min(1.0, (t - 2) / 2, (7 - t) / 2))
        return {k: RESTING[k] + share * (v - RESTING[k]) for k, v in DONE[action].items()}

    assert len(seen(action, film(fps, 9, at))) == 1


@pytest.mark.parametrize("action", ["turn_left", "open_mouth", "close_eyes", "nod"])
def test_an_action_done_in_steps_or_with_a_tremor_is_one(action: str) -> None:
    stopping = doing((action, 2.0, 2.4), (action, 2.8, 3.2), (action, 3.6, 4.0))
    assert len(seen(action, film(5, 7, stopping))) == 1


def test_a_phone_held_aside_is_the_camera_beside_not_the_head_turned() -> None:
    def aside(t: float) -> dict[str, float]:
        return {"yaw": 20.0 + (25.0 if 2.0 <= t < 3.4 else 0.0)}

    assert len(seen("turn_left", film(5, 6, aside))) == 1 and seen("turn_right", film(5, 6, aside)) == []


@given(
    st.lists(
        st.tuples(
            *[st.one_of(st.none(), st.floats(-90, 90))] * 2,
            *[st.one_of(st.none(), st.floats(0, 1))] * 3,
            st.one_of(st.none(), st.lists(st.floats(0, 1), min_size=10, max_size=10)),
        ),
        max_size=40,
    )
)
def test_any_observations_are_processed_without_error(rows: list[tuple]) -> None:
    observations = [
        Observation(
            seq=n, t_ms=n * 150, kind="motion", sha256="", phash="", faces=1,
            yaw=row[0], pitch=row[1], eyes_open=row[2], mouth_open=row[3], smile=row[4],
            landmarks=row[5] and tuple(row[5]),
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip
    for action in (*DONE, "blink"):
        for interval in seen(action, observations):
            assert interval.from_ms <= interval.to_ms
