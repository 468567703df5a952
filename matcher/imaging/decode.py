"""Decode pictures; size and type are checked in the header before anything is decoded."""

import io
from dataclasses import replace

import cv2
import numpy as np
from PIL import Image

from matcher.errors import BadImage
from matcher.imaging.container import Essence, essence
from matcher.protocol import Picture

FRAME_BYTES = 1024 * 1024
FRAME_PIXELS = 4_000_000
PHOTO_BYTES = 16 * 1024 * 1024
# JPEG is decoded at a fraction of its size, PNG whole.
PHOTO_PIXELS, PNG_PIXELS = 52_000_000, 24_000_000
# A progressive JPEG is held whole: 52 MP where colour is stored at a quarter (4:2:0), 33 MP where it is not.
MOST_HELD = 200_000_000
# Of a JPEG without its end: bytes left out to see whether the last rows depend on them, and those rows.
PROBED_BYTES, LAST_ROWS = 8, 17
FORMATS = ("JPEG", "PNG")
MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I"}
# Limits of shape: no camera makes narrower or smaller pictures.
LEAST_SIDE, MOST_ASPECT = 16, 8
# How to undo each EXIF orientation (CIPA DC-008).
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def frame(image: bytes, longest: int, *, mirrored: bool = False) -> Picture:
    """Return a filmed frame as BGR uint8 (height, width, 3), at most `longest` px, never mirrored.

    Raises BadImage: over 1 MB or 4 MP, neither JPEG nor PNG, an impossible shape, or truncated.
    """
    _check_bytes(image, FRAME_BYTES)
    picture = _shrunk(_decoded(image, FRAME_PIXELS, longest), longest)
    return np.ascontiguousarray(picture[:, ::-1]) if mirrored else picture


def photo(image: bytes, longest: int = 1280) -> Picture:
    """Return a reference photo as BGR uint8, upright, at most `longest` px; limits 16 MB and 52 MP.

    Raises BadImage as `frame` does.
    """
    _check_bytes(image, PHOTO_BYTES)
    return _shrunk(_decoded(image, PHOTO_PIXELS, longest), longest)


def _check_bytes(image: bytes, most: int) -> None:
    if len(image) > most:
        raise BadImage("too_many_bytes")


def _decoded(image: bytes, most_pixels: int, longest: int) -> Picture:
    """Return the picture upright, in BGR, alpha over white."""
    stored = essence(image)
    if stored.held_bytes > MOST_HELD:
        raise BadImage("too_many_pixels")
    _check_shape(stored.width, stored.height, most_pixels if stored.is_jpeg else min(most_pixels, PNG_PIXELS))
    try:
        opened = _loaded(stored, longest) if stored.has_end else _without_end(stored, longest)
    except BadImage:
        raise
    except (
        Exception
    ):  # Pillow's parsers raise almost anything on hostile bytes (struct.error, zlib.error, …).
        raise BadImage("truncated") from None
    turn = UPRIGHT.get(stored.orientation)
    return _bgr(opened.transpose(turn) if turn is not None else opened)


def _check_shape(width: int, height: int, most_pixels: int) -> None:
    """Raise BadImage for a size outside the limits."""
    if width * height > most_pixels:
        raise BadImage("too_many_pixels")
    if min(width, height) < LEAST_SIDE or max(width, height) > MOST_ASPECT * min(width, height):
        raise BadImage("not_an_image")


def _without_end(stored: Essence, longest: int) -> Image.Image:
    """Return a JPEG that lacks only its end marker; raises BadImage truncated where rows are missing.

    The last bytes of a whole picture draw its last rows; those of a picture cut off draw rows further up.
    """
    data, end = stored.image.rstrip(b"\0"), b"\xff\xd9"
    whole = _loaded(replace(stored, image=data + end), longest)
    less = _loaded(replace(stored, image=data[:-PROBED_BYTES] + end), longest)
    rows = np.flatnonzero((np.asarray(whole) != np.asarray(less)).reshape(whole.height, -1).any(axis=1))
    last = whole.height - max(2, LAST_ROWS * whole.height // stored.height)
    if not rows.size or rows[0] < last:
        raise BadImage("truncated")
    return whole


def _loaded(stored: Essence, longest: int) -> Image.Image:
    """Return the pixels, reduced while decoding but not below `longest` px on the longer side."""
    with Image.open(io.BytesIO(stored.image), formats=FORMATS) as opened:
        if opened.size != (stored.width, stored.height) or opened.mode not in MODES:
            raise BadImage("not_an_image")
        # JPEG can be decoded at a fraction of its size for a fraction of the time.
        opened.draft("RGB", (longest, longest))
        opened.load()
        return _reduced(opened, longest)


def _reduced(opened: Image.Image, longest: int) -> Image.Image:
    """Return the picture reduced by a whole factor, which makes converting it cheap."""
    factor = max(opened.size) // longest
    if factor < 2:
        return opened.copy()
    if opened.mode == "P":
        opened = opened.convert("RGBA" if "transparency" in opened.info else "RGB")
    elif opened.mode in ("1", "I;16"):
        opened = _grey(opened)
    return opened.reduce(factor)


def _grey(opened: Image.Image) -> Image.Image:
    """Return black-and-white or 16-bit grey in 8 bits."""
    if opened.mode == "1":
        return opened.convert("L")
    return Image.fromarray((np.asarray(opened) >> 8).astype(np.uint8))


def _bgr(opened: Image.Image) -> Picture:
    """Return the pixels; transparent ones are white."""
    if opened.mode.startswith("I"):
        opened = _grey(opened)
    if opened.mode in ("LA", "RGBA", "P"):
        flat = Image.new("RGBA", opened.size, "white")
        flat.alpha_composite(opened.convert("RGBA"))
        opened = flat
    rgb = np.asarray(opened if opened.mode == "RGB" else opened.convert("RGB"), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)


def _shrunk(picture: Picture, longest: int) -> Picture:
    """Return the picture with its longer side at most `longest` px."""
    scale = longest / max(picture.shape[:2])
    if scale >= 1.0:
        return picture
    width, height = (max(1, round(side * scale)) for side in (picture.shape[1], picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
