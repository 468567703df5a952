"""Cues of a presentation attack over all evidence frames. Pure."""

from collections.abc import Sequence
from statistics import median

from matcher.types import FrameKind, Observation, PadCues


def cues(observations: Sequence[Observation]) -> PadCues:
    """Return facts over the usable evidence frames, each None where not measured.

    `spread` is the difference of the highest and the lowest P(bona fide), 0–1; `bezel` the median of how
    unbroken the lines around the face are, 0–1. Moiré and banding tell nothing (decision 0015).
    """
    usable = [one for one in observations if one.kind == FrameKind.EVIDENCE and one.hint is None]
    live = [one.live for one in usable if one.live is not None]
    lines = [one.bezel for one in usable if one.bezel is not None]
    return PadCues(spread=max(live) - min(live) if live else None, bezel=median(lines) if lines else None)
