"""The colour sequence of a challenge: the next one to show, and those that the film covers."""

from collections.abc import Sequence
from datetime import datetime

from models import tables
from models.domain.layers import colours
from models.domain.layers.colours import Colour


def tell(challenge: tables.Challenge, now: datetime) -> Colour | None:
    """Advance to the next colour when it is due; return the colour to show from now on."""
    drawn, elapsed = _drawn(challenge), round((now - challenge.created_at).total_seconds() * 1000)
    if drawn:
        challenge.told_ms = list(colours.tell(drawn, challenge.told_ms, elapsed))
    return lit(challenge)


def lit(challenge: tables.Challenge) -> Colour | None:
    """Return the colour that the screen shows now."""
    return colours.lit(_drawn(challenge), challenge.told_ms)


def filmed(
    challenge: tables.Challenge, capture: tables.Capture | None, frames: Sequence[tables.Frame]
) -> tuple[Colour, ...]:
    """Return the colours shown while these frames were filmed, in the film's own time."""
    lag = capture.lag_ms if capture else None
    end = max((row.t_ms for row in frames), default=0)
    return colours.filmed(_drawn(challenge), challenge.told_ms, lag or 0, end)


def _drawn(challenge: tables.Challenge) -> list[Colour]:
    return [Colour(one["rgb"], one["ms"]) for one in challenge.colours]
