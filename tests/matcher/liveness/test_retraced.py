"""A path repeated forward or backward is recognised by everything that moved; a repeated action is not."""

from collections.abc import Callable

import numpy as np
import pytest

from matcher.liveness.replay import Sample
from matcher.liveness.retraced import course, retraced_ms

Way = Callable[[float], float]


def turning(t: float) -> tuple[float, ...]:
    """Return a head at rest that turns aside, and all that goes with it, `t` seconds after it begins."""
    out = 20 * np.sin(np.clip(t / 2.4, 0, 1) * np.pi / 2) ** 2
    sway = [np.sin(k + t * (0.7 + k / 5)) for k in range(8)]
    return (
        out + sway[0], 2 * sway[1] + out / 6, 25 + 2 * sway[2], 5 + 3 * sway[3], 45 + 2 * sway[4],
        1.5 * sway[5] - out / 9, 100 + 2 * out + sway[6], 120 + 2 * sway[7], 100 + sway[2] - out / 8,
    )  # fmt: skip


def filmed(at: Way, length: float, rate: int = 5, noise: float = 0.2) -> list[Sample]:
    """Return what is remembered of a film whose picture at t is the head at `at(t)`."""
    chance = np.random.default_rng(3)
    return [
        Sample(round(1000 * t), "0" * 16, tuple(map(float, turning(at(t)) + chance.normal(0, noise, 9))))
        for t in np.arange(0, length, 1 / rate)
    ]


@pytest.mark.parametrize("rate", [4, 5, 10])
def test_a_film_run_forward_and_backward_is_detected(rate: int) -> None:
    assert retraced_ms(filmed(lambda t: t if t < 2.13 else 4.26 - t, 4.2, rate)) > 1500


@pytest.mark.parametrize("rate", [4, 5, 10])
def test_a_looped_film_is_detected(rate: int) -> None:
    assert retraced_ms(filmed(lambda t: t % 2.27, 6.0, rate)) > 1500


def test_a_head_that_turns_back_is_living() -> None:
    """The turn comes back as it went; tilt, place, lids and lips go on."""
    chance = np.random.default_rng(4)
    film = []
    for t in np.arange(0, 6, 0.2):
        turned, on = turning(t if t < 2.4 else 4.8 - t), turning(t)
        moved = np.array([turned[0], *on[1:]]) + chance.normal(0, 0.2, 9)
        film.append(Sample(round(1000 * t), "0" * 16, tuple(map(float, moved))))
    assert retraced_ms(film) == 0


def test_rest_is_not_a_repeated_path() -> None:
    assert retraced_ms(filmed(lambda _t: 0.0, 8.0)) == 0


def test_too_few_frames_detect_nothing() -> None:
    film = filmed(lambda t: t, 6.0)
    assert course(film[:7]) is None and course([]) is None
    short = [Sample(one.t_ms, one.phash, (one.movement or ())[:5]) for one in film]
    assert course(short) is None and retraced_ms(short) == 0


def test_frames_of_one_instant_count_once() -> None:
    film = filmed(lambda t: t, 6.0)
    made, doubled = course(film), course([one for one in film for _ in range(2)])
    assert made is not None and doubled is not None and np.allclose(made.moved, doubled.moved)
