"""From bytes to a picture: the header is read and judged before anything is decoded."""

import io

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from matcher.errors import BadImage
from matcher.protocol import Picture

FRAME_BYTES = 1024 * 1024
FRAME_PIXELS = 4_000_000
PHOTO_BYTES = 8 * 1024 * 1024
PHOTO_PIXELS = 24_000_000
FORMATS = ("JPEG", "PNG")
MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I"}


def frame(image: bytes, longest: int, *, mirrored: bool = False) -> Picture:
    """Return a filmed frame as BGR uint8 (height, width, 3), at most `longest` px, never mirrored.

    Raises BadImage: over 1 MB or 4 MP, neither JPEG nor PNG, or cut off.
    """
    _check_bytes(image, FRAME_BYTES)
    picture = _shrunk(_decoded(image, FRAME_PIXELS, longest), longest)
    return np.ascontiguousarray(picture[:, ::-1]) if mirrored else picture


def photo(image: bytes, longest: int = 1280) -> Picture:
    """Return a reference photo as BGR uint8, upright, at most `longest` px; limits 8 MB and 24 MP."""
    _check_bytes(image, PHOTO_BYTES)
    return _shrunk(_decoded(image, PHOTO_PIXELS, longest), longest)


def _check_bytes(image: bytes, most: int) -> None:
    if len(image) > most:
        raise BadImage("too_many_bytes")


def _decoded(image: bytes, most_pixels: int, longest: int) -> Picture:
    """Return the picture upright, in BGR, alpha over white."""
    try:
        with Image.open(io.BytesIO(image), formats=FORMATS) as opened:
            width, height = opened.size
            if width * height > most_pixels:
                raise BadImage("too_many_pixels")
            if opened.mode not in MODES or min(width, height) < 16:
                raise BadImage("not_an_image")
            # JPEG can be decoded at a fraction of its size for a fraction of the time.
            opened.draft("RGB", (longest, longest))
            return _bgr(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError:
        raise BadImage("truncated" if _begins_well(image) else "not_an_image") from None
    except Image.DecompressionBombError:
        raise BadImage("too_many_pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError):
        raise BadImage("truncated") from None


def _begins_well(image: bytes) -> bool:
    """Tell whether the bytes begin as a JPEG or PNG would."""
    return image.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n"))


def _bgr(opened: Image.Image) -> Picture:
    """Return the pixels; transparent ones are white."""
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
