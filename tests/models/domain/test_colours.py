"""Colours are told one at a time and found again in the film's own time."""

import pytest

from models.domain.challenge import PALETTE
from models.domain.layers.colours import COLOUR_MS, Colour, filmed, lit, tell

DRAWN = [Colour(rgb, COLOUR_MS) for rgb in PALETTE[:4]]


def told_by(times: list[int]) -> tuple[int, ...]:
    """Return what was told when frames came at these times."""
    told = tell(DRAWN, (), 0)
    for now in times:
        told = tell(DRAWN, told, now)
    return told


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([], (0,)),
        ([COLOUR_MS - 1], (0,)),
        ([COLOUR_MS], (0, COLOUR_MS)),
        ([900, 1000, 1299, 1800], (0, 900, 1800)),
        ([900, 1800, 2700, 3600, 4500, 5400], (0, 900, 1800, 2700, 3600)),
    ],
)
def test_the_next_colour_is_sent_after_the_last_ones_minimum_duration(
    times: list[int], told: tuple[int, ...]
) -> None:
    assert told_by(times) == told


def test_the_screen_shows_each_colour_and_then_none() -> None:
    shown = [lit(DRAWN, told_by([900, 1800, 2700, 3600][:count])) for count in range(5)]
    assert shown == [*DRAWN, None]
    assert lit(DRAWN, ()) is None
    assert lit([], ()) is None


def test_a_sent_colour_is_on_from_then_in_the_films_time() -> None:
    told = told_by([1500, 2400, 3300, 4200])
    assert [one.ms for one in filmed(DRAWN, told, 600, 5000)] == [900, 900, 900, 900]
    assert [one.rgb for one in filmed(DRAWN, told, 600, 5000)] == [one.rgb for one in DRAWN]


def test_the_last_colour_lasts_its_drawn_length_without_an_end() -> None:
    assert [one.ms for one in filmed(DRAWN, told_by([900, 1800, 2700]), 0, 9000)][-1] == COLOUR_MS


def test_colours_sent_after_the_last_frame_were_not_filmed() -> None:
    told = told_by([1000, 2000, 3000])
    assert [one.rgb for one in filmed(DRAWN, told, 0, 2500)] == [one.rgb for one in DRAWN[:3]]
    assert sum(one.ms for one in filmed(DRAWN, told, 0, 2500)) <= 2500


def test_the_first_colour_alone_is_as_it_was_drawn() -> None:
    assert filmed(DRAWN, told_by([5000]), 0, 4000) == (DRAWN[0],)
    assert filmed(DRAWN, (), 0, 4000) == ()
    assert filmed([], (), 0, 4000) == ()
