"""Signs that a face is covered: cheap measures on the level crop and the mesh's points in it.

The thresholds are in quality.py; they were measured by
`python -m scripts.evaluate quality`.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from matcher.protocol import Picture, Vector

# Patches of skin: forehead and bridge of the nose, which masks leave free; lips, chin and both lower cheeks.
FOREHEAD, BRIDGE = (151, 108, 337, 9), (168, 6)
LOWER_SKIN = (200, 18, 205, 425, 214, 434, 164)
# The line from below the nose to the chin, in steps, and how far to either side it is averaged.
LIPS, STEPS, BESIDE = (2, 199), 40, 5
LIP_WIDTH = 8.0
CHEEKS = (50, 280)
NOSTRILS = (98, 327, 2, 4)
EYELIDS = (159, 145, 386, 374)
BROW_LEVEL, BRIDGE_END, INNER_EYES = 9, 195, (133, 362)
TEMPLES = ((33, 127), (263, 356))
PATCH = 6
LEAST_GREY = 20.0
LINE_WIDTH = 2.5


@dataclass(frozen=True, slots=True)
class Signs:
    """What is measured of a face that may be covered.

    `presence` is the mesh net's logit that the crop shows a face (24 ± 5 for uncovered ones); `nostrils` the
    mean horizontal gradient around the nostrils over the brightness there (0–1); `mouth` how much darker the
    darkest place between nose and chin is than its surroundings, over the brightness of the upper face
    (0.2 between closed lips); `colour` how far the lower face's colour is from the forehead's or the bridge
    of the nose's, whichever is nearer (CIELAB chroma, 0–200); `eyes` the eyelids' brightness over that of
    the cheeks; `frame` the strength of lines across the nose's bridge and the temples, as spectacles draw
    them, over the brightness of the skin (0–1).
    """

    presence: float
    nostrils: float
    mouth: float
    colour: float
    eyes: float
    frame: float


def signs(crop: Picture, points: Vector, presence: float) -> Signs:
    """Return the signs; `crop` (192, 192, 3) BGR with level eyes, `points` (468, 3) of the mesh in its px."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    flat = points[:, :2]
    skin = max(LEAST_GREY, float(np.mean([_patch(grey, flat[at]).mean() for at in CHEEKS])))
    lids = float(np.mean([_patch(grey, flat[at]).mean() for at in EYELIDS]))
    return Signs(
        presence=presence,
        nostrils=_nostrils(grey, flat),
        mouth=_mouth(grey, flat),
        colour=_colour(crop, flat),
        eyes=lids / skin,
        frame=_frame(grey / skin, flat),
    )


def _nostrils(grey: Vector, points: Vector) -> float:
    """Return the relative horizontal gradient at the nostrils, which cloth and hands do not have."""
    corners = points[list(NOSTRILS)]
    region = _inside(grey, corners.min(0) - 2, corners.max(0) + 2)
    smooth = cv2.GaussianBlur(region, (0, 0), 1.0)
    change = np.abs(cv2.Sobel(smooth, cv2.CV_32F, 1, 0)).mean() / 8
    return float(change) / max(LEAST_GREY, float(region.mean()))


def _colour(crop: Picture, points: Vector) -> float:
    """Return the distance in colour between the lower face and what is nearer to it of the upper one.

    A fringe hides the forehead and spectacles the bridge, but seldom both.
    """
    patches = _patches(crop, points[[*LOWER_SKIN, *FOREHEAD, *BRIDGE]])
    lab = cv2.cvtColor(patches / 255, cv2.COLOR_BGR2LAB)
    colours = np.median(lab[:, :, 1:], axis=1)
    ends = np.cumsum([len(LOWER_SKIN), len(FOREHEAD)])
    lower, forehead, bridge = (np.median(some, axis=0) for some in np.split(colours, ends))
    return float(min(np.linalg.norm(lower - forehead), np.linalg.norm(lower - bridge)))


def _mouth(grey: Vector, points: Vector) -> float:
    """Return how deep the darkest dip of brightness between nose and chin is; cloth has no lips."""
    above = float(np.median(_patches(grey, points[[*FOREHEAD, *BRIDGE]])))
    start, end = points[list(LIPS)]
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-3)
    line = start + np.linspace(0, 1, STEPS)[:, None] * (end - start)
    places = line[:, None] + np.arange(-BESIDE, BESIDE + 1)[None, :, None] * np.array([-along[1], along[0]])
    x, y = (places[..., axis].astype(np.float32) for axis in (0, 1))
    light = cv2.remap(grey, x, y, cv2.INTER_LINEAR).mean(axis=1)[:, None]
    light = cv2.GaussianBlur(light, (1, 5), 1.0)
    around = cv2.GaussianBlur(light, (1, 31), LIP_WIDTH)
    return float((around - light).max()) / max(LEAST_GREY, above)


def _frame(light: Vector, points: Vector) -> float:
    """Return the geometric mean of the line across the bridge and the lines across both temples."""
    right, left = points[list(INNER_EYES)]
    reach = 0.22 * (left - right)[0]
    middle = (left + right)[0] / 2
    bridge = _line(
        light, (middle - reach, points[BROW_LEVEL][1] + 2), (middle + reach, points[BRIDGE_END][1])
    )
    eyes = float(np.linalg.norm(points[TEMPLES[0][0]] - points[TEMPLES[1][0]]))
    temples = []
    for corner, side in TEMPLES:
        (x, y), end = points[corner], points[side][0]
        sides = sorted((float(0.75 * x + 0.25 * end), float(end)))
        temples.append(_line(light, (sides[0], y - 0.2 * eyes), (sides[1], y + 0.15 * eyes)))
    return float(np.sqrt(bridge * np.mean(temples)))


def _line(light: Vector, low: tuple[float, float], high: tuple[float, float]) -> float:
    """Return how far the brightest or darkest thin row of a region is from its neighbours."""
    region = _inside(light, np.array(low), np.array(high))
    if min(region.shape) < 2 or region.shape[0] < 6:
        return 0.0
    rows = region.mean(1)
    near = cv2.GaussianBlur(rows[:, None], (1, 13), LINE_WIDTH)[:, 0]
    return float(np.abs(rows - near)[1:-1].max())


def _inside(picture: Vector, low: Vector, high: Vector) -> Vector:
    """Return the part of a picture between two corners, at least one pixel of it."""
    (x0, y0), (x1, y1) = (
        [int(np.clip(v, 0, picture.shape[0] - 1)) for v in corner] for corner in (low, high)
    )
    return picture[y0 : max(y0 + 1, y1), x0 : max(x0 + 1, x1)]


def _patches(picture: Vector | Picture, at: Vector) -> Vector:
    """Return every other pixel around some points (n, pixels of each, …), kept inside the crop."""
    reach = np.arange(-PATCH, PATCH + 1, 2)
    centres = np.clip(at.astype(int), PATCH, picture.shape[0] - PATCH - 1)
    x, y = (centres[:, axis, None] + reach for axis in (0, 1))
    found = picture[y[:, :, None], x[:, None, :]]
    return np.asarray(found.reshape(len(at), reach.size**2, *picture.shape[2:]), np.float32)


def _patch(picture: Vector | Picture, at: Vector) -> Vector | Picture:
    """Return the pixels around a point, kept inside the crop."""
    side = picture.shape[0]
    x, y = (int(min(max(value, PATCH), side - PATCH - 1)) for value in at)
    return picture[y - PATCH : y + PATCH + 1, x - PATCH : x + PATCH + 1]
