"""Correlation of a face's colour with the colours that the screen shows. Pure.

Light from the screen comes back from a face at once and in its colour, and a film made before the colours
were drawn cannot know them: Tang et al., Face Flashing (NDSS 2018, arXiv:1801.01949); Liu et al., Aurora
Guard (arXiv:1902.10311). A print or a screen held before the camera shines back too: this speaks against
injected film only.

A screen of colour c that adds a share k to the ambient light turns the skin's log(red/green) by about
k·(c_red − c_green), likewise blue. Both courses, freed of slow drift, are correlated with what the drawn
sequence would cause, at the delay that suits it best; so is every other sequence that could have been drawn.
All are drawn alike often and without regard to the film, so a film that does not answer has `p` ≤ x in no
more than a share x of the tries, whatever moves in it: no threshold is fitted to films.
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matcher.types import ColourResponse, ColourStatus, FrameKind, Observation, Shown

Numbers = NDArray[np.float64]
# What may be drawn (models/domain/challenge.py); a test holds both together.
PALETTE = ("#FF0000", "#00FF00", "#0000FF", "#FFFF00", "#00FFFF", "#FF00FF")
# Most colours whose other sequences are few enough to be tried all (18,750).
MOST = 6
# A phone begins to show the colours a little before its first frame, or up to a second after.
LAGS_MS = np.arange(-200, 1001, 50)
# Light and pose drift as a cubic over these seconds; fewer frames leave too little to see.
DRIFT = 3
FEWEST = 7


def response(colours: Sequence[Shown], observations: Sequence[Observation]) -> ColourResponse:
    """Return how well the skin in the motion frames follows the colours drawn.

    It is not measured with too few faces in the window, or with colours that are never drawn.
    """
    if not colours:
        return ColourResponse(ColourStatus.NOT_ASKED)
    times, skin = _course(colours, observations)
    drawn = [one.rgb for one in colours]
    if len(times) < FEWEST or len(drawn) > MOST or not _drawable(drawn):
        return ColourResponse(ColourStatus.NOT_MEASURED, frames=len(times))
    sequences = possible(len(drawn))
    fits = _fits(times, skin, np.cumsum([0, *(one.ms for one in colours)]), sequences)
    place = int(np.flatnonzero((sequences == [PALETTE.index(rgb) for rgb in drawn]).all(axis=1))[0])
    best, mine = fits.max(axis=0), fits[:, place]
    return ColourResponse(
        ColourStatus.MEASURED,
        score=float(mine.max()),
        p=float((best >= mine.max() - 1e-9).mean()),
        lag_ms=int(LAGS_MS[mine.argmax()]),
        frames=len(times),
    )


@lru_cache(maxsize=MOST)
def possible(count: int) -> NDArray[np.int64]:
    """Return every sequence of so many colours, (n, count) places in PALETTE, no two neighbours alike."""
    every = np.array(list(itertools.product(range(len(PALETTE)), repeat=count)), np.int64)
    return np.asarray(every[(every[:, 1:] != every[:, :-1]).all(axis=1)])


def _drawable(drawn: Sequence[str]) -> bool:
    """Tell whether this sequence is one of the possible ones."""
    return set(drawn) <= set(PALETTE) and all(a != b for a, b in itertools.pairwise(drawn))


def _course(colours: Sequence[Shown], observations: Sequence[Observation]) -> tuple[Numbers, Numbers]:
    """Return the times (n,) and log(red/green), log(blue/green) of the skin (n, 2) while colours may show."""
    begin = min((one.t_ms for one in observations), default=0)
    end = begin + sum(one.ms for one in colours) + int(LAGS_MS[-1])
    watched = [
        (one.t_ms - begin, one.skin)
        for one in observations
        if one.kind == FrameKind.MOTION and one.skin is not None and one.t_ms <= end
    ]
    times = np.array([t for t, _ in watched], np.float64)
    logs = np.log(np.maximum(np.array([skin for _, skin in watched], np.float64).reshape(-1, 3), 1.0))
    return times, logs[:, (0, 2)] - logs[:, 1:2]


def _fits(times: Numbers, skin: Numbers, edges: Numbers, sequences: NDArray[np.int64]) -> Numbers:
    """Return the correlation of the skin with every sequence at every delay, (delays, sequences).

    What a sequence causes is a sum over its colours, so each colour in each place is held against the skin
    once, and a sequence's covariance and variance are sums of those.
    """
    shown = _without_drift(times, _shown(times, edges))
    skin = _without_drift(times, skin)
    tints = _tints()
    covariance = np.einsum("lns,nc,dc->lsd", shown, skin, tints)
    overlap, likeness = np.einsum("lns,lnr->lsr", shown, shown), tints @ tints.T
    places = range(sequences.shape[1])
    shared = sum(covariance[:, i, sequences[:, i]] for i in places)
    variance = sum(
        (2 - (i == j)) * overlap[:, i, j, None] * likeness[sequences[:, i], sequences[:, j]]
        for i, j in itertools.combinations_with_replacement(places, 2)
    )
    power = np.maximum(variance * (skin**2).sum(), 0.0)
    return np.where(power > 1e-12, shared / np.sqrt(np.maximum(power, 1e-12)), 0.0)


def _shown(times: Numbers, edges: Numbers) -> Numbers:
    """Return which colour of the sequence is on at each frame for every delay, (delays, frames, colours)."""
    at = (times[None, :] - LAGS_MS[:, None])[:, :, None]
    return ((at >= edges[:-1]) & (at < edges[1:])).astype(np.float64)


def _without_drift(times: Numbers, values: Numbers) -> Numbers:
    """Return values (…, frames, columns) without their best cubic in time."""
    scaled = (times - times.mean()) / max(float(np.ptp(times)), 1.0)
    smooth = np.linalg.qr(np.vander(scaled, DRIFT + 1))[0]
    return np.asarray(values - smooth @ (smooth.T @ values))


def _tints() -> Numbers:
    """Return how each colour of the palette turns log(red/green) and log(blue/green), (6, 2)."""
    rgb = np.array([[int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in PALETTE])
    return np.asarray(rgb[:, (0, 2)] - rgb[:, 1:2])
