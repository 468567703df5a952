"""Presentation attacks derived from live films."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scripts.demo.film import samples
from scripts.lab.evaluate.presentations import LONGEST_S, Piece, Presentation

VARIANTS = 60
# Another person, who moves a lot.
STRANGER = Piece(samples() / "WolfgangLanger_Pexels.mp4", 6.0, 14.0)
# The same person at rest, shown before and after a stand-in performs the actions.
REST = Piece(STRANGER.film, 1.0, 2.5)


def shown_twice(live: Sequence[Presentation]) -> Iterator[Presentation]:
    """Yield attacks that repeat part of a live film: looped, and forward then backward."""
    for one in live:
        yield replace(one, species="looped_clip", pieces=_looped(one))
        yield replace(one, species="there_and_back", pieces=_back(one))


def made_of(live: Sequence[Presentation], others: Sequence[Path]) -> Iterator[Presentation]:
    """Yield the other attacks derived from live films, every species for each presentation.

    `others` are films that replace the second half of a presentation.
    """
    for one in live:
        lead = one.pieces[0]
        still = (replace(lead, end=lead.begin + one.length, still=True),)
        yield replace(one, species="still_photo", pieces=still)
        yield replace(one, species="ken_burns", pieces=still, change="ken_burns")
        yield replace(one, species="tilted_photo", pieces=still, change="tilted")
        yield replace(one, species="gap", change="gap")
        yield replace(one, species="repeated_frames", change="repeated")
        if len(one.actions) > 1:
            backward = tuple(replace(piece, begin=piece.end, end=piece.begin) for piece in one.pieces[::-1])
            yield replace(one, species="reversed", pieces=backward)
        for other in others:
            yield replace(
                one, species="replayed_from_half_way", pieces=_swapped(one, Piece(other, 0.0, LONGEST_S))
            )
        yield replace(one, species="face_swapped_half_way", pieces=_swapped(one, STRANGER))
        yield replace(one, species="stand_in", pieces=(REST, *one.pieces[1:], REST), claimed=REST.film)
    for number, one in zip(range(VARIANTS), itertools.cycle(live), strict=False):
        yield replace(one, species="seen_before", change="doctored", earlier=one, number=number)


def _looped(one: Presentation) -> tuple[Piece, ...]:
    """Return the actions, neutral pose first, looped to the presentation's length."""
    lead, *takes = one.pieces
    short = (replace(lead, end=lead.begin + 0.5), *takes)
    times = max(2, round(one.length / sum(piece.length for piece in short)))
    return short * times


def _back(one: Presentation) -> tuple[Piece, ...]:
    """Return the first half of each action, followed by the same half backward."""
    lead, *takes = one.pieces
    halves = [replace(take, end=(take.begin + take.end) / 2) for take in takes]
    both = ((half, replace(half, begin=half.end, end=half.begin)) for half in halves)
    return lead, *(piece for pair in both for piece in pair)


def _swapped(one: Presentation, other: Piece) -> tuple[Piece, ...]:
    """Return the presentation with its second half replaced by another film."""
    kept, left = [], one.length / 2
    for piece in one.pieces:
        if left > 0:
            kept.append(replace(piece, end=piece.begin + min(left, piece.length)))
        left -= piece.length
    return *kept, replace(other, end=other.begin + one.length / 2)
