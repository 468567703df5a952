"""Photo files that only an import meets: bitmaps of card readers, and very large JPEGs."""

import io

from PIL import Image

from matcher.errors import BadImage
from matcher.imaging.container import JPEG, essence
from matcher.imaging.decode import MOST_HELD, PHOTO_BYTES, PHOTO_PIXELS, PNG_PIXELS

LONGEST = 2560
BITMAP = b"BM"


def portable(image: bytes) -> bytes:
    """Return a file that `decode.photo` takes: bitmaps as PNG, JPEGs over 16 MB smaller, others as they are.

    The same file always becomes the same bytes. Raises BadImage.
    """
    if image.startswith(BITMAP):
        return _saved(image, "BMP", "PNG", PNG_PIXELS)
    if len(image) > PHOTO_BYTES:
        if image.startswith(JPEG) and essence(image).held_bytes > MOST_HELD:
            raise BadImage("too_many_pixels")
        return _saved(image, "JPEG", "JPEG", PHOTO_PIXELS)
    return image


def _saved(image: bytes, given: str, wanted: str, most_pixels: int) -> bytes:
    """Return a picture in another format, at most 2560 px on its longer side if it is a JPEG."""
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(image), formats=(given,)) as opened:
            if opened.width * opened.height > most_pixels:
                raise BadImage("too_many_pixels")
            exif = opened.getexif().tobytes() if given == "JPEG" else b""
            opened.draft("RGB", (LONGEST, LONGEST))
            picture = opened.convert("RGB")
            picture.save(out, wanted, **({"quality": 95, "exif": exif} if exif else {}))
    except BadImage:
        raise
    except Exception:  # Pillow raises almost anything on a damaged file.
        raise BadImage("truncated") from None
    return out.getvalue()
