"""Paints synthetic occlusions onto photos of uncovered faces, placed by mesh points."""

from collections.abc import Callable

import cv2
import numpy as np

Picture = np.ndarray
Points = np.ndarray
Paint = Callable[[Picture, Points, np.random.Generator], Picture]
# Indices of the canonical face mesh along the occlusions' outlines.
MASK = (
    93, 227, 117, 119, 196, 197, 419, 348, 346, 447, 323,
    361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
)  # fmt: skip
SCARF = (
    234, 117, 50, 203, 2, 423, 280, 346, 454,
    361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
)  # fmt: skip
LENSES = (
    (156, 70, 105, 107, 55, 193, 245, 114, 100, 118, 117, 35),
    (383, 300, 334, 336, 285, 417, 465, 343, 329, 347, 346, 265),
)
JAW = (
    132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361,
    435, 416, 434, 432, 410, 393, 2, 167, 186, 212, 214, 192, 215,
)  # fmt: skip
LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
HAIRLINE = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
BROWS = (383, 300, 293, 334, 296, 336, 9, 107, 66, 105, 63, 70, 156)
CHEEKS = (50, 280, 117, 346, 205, 425)
MOUTH, BROW, FOREHEAD, CHIN, LEFT, RIGHT = 13, 9, 10, 152, 454, 234
COLOURS = {"white": (228, 232, 235), "blue": (214, 184, 150), "black": (38, 36, 36)}


def _mask(colour: str) -> Paint:
    """Return a painter of pleated surgical masks of one colour."""

    def paint(picture: Picture, points: Points, chance: np.random.Generator) -> Picture:
        cloth = _cloth(picture, points, colour, chance)
        top, bottom = points[197, 1], points[CHIN, 1]
        rows = (np.arange(picture.shape[0], dtype=np.float32) - top) / max(bottom - top, 1.0)
        pleats = 1 - 0.12 * (np.abs((rows * 4) % 1 - 0.5) < 0.08) * (rows > 0.2) * (rows < 0.9)
        return _laid(picture, points[list(MASK)], cloth * pleats[:, None, None], chance)

    return paint


def _scarf(picture: Picture, points: Points, chance: np.random.Generator) -> Picture:
    """Paint a striped scarf up to the nose's tip."""
    return _laid(picture, points[list(SCARF)], _cloth(picture, points, "patterned", chance), chance)


def _hand(at: int) -> Paint:
    """Return a painter of a hand in the person's skin colour, centred on one point."""

    def paint(picture: Picture, points: Points, chance: np.random.Generator) -> Picture:
        wide = float(np.linalg.norm(points[LEFT] - points[RIGHT]))
        centre = points[at] + chance.normal(0, 0.02, 2) * wide
        skin = _cloth(picture, points, "skin", chance)
        for finger in range(4):
            offset = np.array([0.0, (finger - 1.5) * 0.13 * wide])
            tip = cv2.ellipse2Poly(
                tuple(int(v) for v in centre + offset), (int(0.42 * wide), int(0.075 * wide)), 8, 0, 360, 8
            )
            picture = _laid(picture, np.array(tip), skin * (1 - 0.04 * finger), chance)
        return picture

    return paint


def _sunglasses(picture: Picture, points: Points, chance: np.random.Generator) -> Picture:
    """Paint two dark lenses and a bridge."""
    dark = np.full_like(picture, 30, np.float32)
    bridge = np.stack([points[i] for i in (193, 417, 465, 245)])
    for outline in (*(points[list(lens)] for lens in LENSES), bridge):
        picture = _laid(picture, outline, dark, chance)
    return picture


def _beard(picture: Picture, points: Points, chance: np.random.Generator) -> Picture:
    """Paint dark hair on jaw, chin and upper lip; the lips stay free."""
    bearded = _laid(picture, points[list(JAW)], _hair(picture, chance), chance)
    lips = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(lips, [np.round(points[list(LIPS)]).astype(np.int32)], 1.0)
    free = cv2.GaussianBlur(lips, (0, 0), 1.0)[:, :, None]
    return np.asarray(bearded * (1 - free) + picture * free, np.uint8)


def _fringe(picture: Picture, points: Points, chance: np.random.Generator) -> Picture:
    """Paint hair from the hairline down to the brows."""
    outline = np.concatenate([points[list(HAIRLINE)], points[list(BROWS)]])
    return _laid(picture, outline, _hair(picture, chance), chance)


def _hat(picture: Picture, points: Points, chance: np.random.Generator) -> Picture:
    """Paint a cap of the head's width, from the middle of the forehead up."""
    rim = points[list(HAIRLINE[2:-2])] * 0.5 + points[[BROW]] * 0.5
    up = points[FOREHEAD] - points[CHIN]
    rim = rim + (rim - rim.mean(0)) * 1.3 + 0.12 * up
    cloth = _cloth(picture, points, "patterned", chance)
    return _laid(picture, np.concatenate([rim, rim[::-1] + 0.5 * up]), cloth, chance)


def _hair(picture: Picture, chance: np.random.Generator) -> np.ndarray:
    """Return a texture of dark hair of the picture's size."""
    strands = cv2.GaussianBlur(chance.normal(0, 60, picture.shape[:2]), (1, 7), 2.0)
    return np.asarray(np.array((34.0, 38.0, 48.0)) + strands[:, :, None], np.float32)


KINDS: dict[str, Paint] = {
    "mask_white": _mask("white"),
    "mask_blue": _mask("blue"),
    "mask_black": _mask("black"),
    "mask_skin": _mask("skin"),
    "mask_patterned": _mask("patterned"),
    "scarf": _scarf,
    "hand_mouth": _hand(MOUTH),
    "hand_forehead": _hand(151),
    "sunglasses": _sunglasses,
    "beard": _beard,
    "fringe": _fringe,
    "hat": _hat,
}
# These occlude no region that comparison needs, so they count as uncovered.
BARE = ("beard", "fringe", "hat")


def _cloth(picture: Picture, points: Points, colour: str, chance: np.random.Generator) -> np.ndarray:
    """Return a cloth texture of one colour and the picture's size, shaded like the face."""
    wide = float(np.linalg.norm(points[LEFT] - points[RIGHT]))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    light = cv2.GaussianBlur(grey, (0, 0), max(0.12 * wide, 1.0))
    skin = np.median([_at(picture, points[i]) for i in CHEEKS], axis=0)
    level = float(np.median([_at(light, points[i]) for i in CHEEKS]))
    light = np.clip(light / max(level, 1.0), 0.55, 1.25)[:, :, None]
    if colour == "skin":
        return np.asarray(light * skin * chance.uniform(0.9, 1.05), np.float32)
    exposure = np.clip(level / 150 + 0.15, 0.45, 1.1)
    base = _pattern(picture.shape, wide, chance) if colour == "patterned" else np.array(COLOURS[colour])
    return np.asarray(light * base * exposure, np.float32)


def _pattern(shape: tuple[int, ...], wide: float, chance: np.random.Generator) -> np.ndarray:
    """Return patches of three random colours."""
    palette = chance.uniform(20, 235, (3, 3))
    cells = chance.integers(0, 3, (24, 24))
    size = max(shape[:2]) / 24 if wide < 1 else wide / 9
    rows, columns = (np.arange(n) / size for n in shape[:2])
    return np.asarray(palette[cells[rows.astype(int)[:, None] % 24, columns.astype(int)[None, :] % 24]])


def _at(picture: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Return the pixel at a point, clipped to the picture."""
    x, y = (int(np.clip(value, 0, side - 1)) for value, side in zip(point, picture.shape[1::-1], strict=True))
    return np.asarray(picture[y, x])


def _laid(picture: Picture, outline: np.ndarray, cloth: np.ndarray, chance: np.random.Generator) -> Picture:
    """Return the picture with the texture inside an outline, with feathered edge and matching grain."""
    area = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(area, [np.round(outline).astype(np.int32)], 1.0)
    alpha = cv2.GaussianBlur(area, (0, 0), 1.0)[:, :, None]
    grainy = cloth + chance.normal(0, 2.5, picture.shape)
    return np.clip(picture * (1 - alpha) + grainy * alpha, 0, 255).astype(np.uint8)
