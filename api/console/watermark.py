"""Watermarks pictures with the viewing account, so that a photo of the screen can be traced."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

HEIGHT = 480
CELL = (120, 160)
# With a period of 60 px every crop of 120 × 120 px contains one complete mark.
PERIOD = 60
LETTER = 9
INK, EDGE = (255, 255, 255, 110), (0, 0, 0, 90)


def beside(pictures: Sequence[bytes]) -> Image.Image:
    """Return the pictures side by side, each 480 px high, RGB."""
    shown = [_resized(Image.open(io.BytesIO(one)).convert("RGB")) for one in pictures]
    joined = Image.new("RGB", (sum(one.width for one in shown), HEIGHT))
    at = 0
    for one in shown:
        joined.paste(one, (at, 0))
        at += one.width
    return joined


def grid(pictures: Sequence[bytes], columns: int) -> Image.Image:
    """Return the pictures as RGB, side by side and 480 px high, or in rows of cells of 120 × 160 px."""
    if len(pictures) <= columns:
        return beside(pictures)
    rows = -(-len(pictures) // columns)
    joined = Image.new("RGB", (columns * CELL[0], rows * CELL[1]), (255, 255, 255))
    for number, one in enumerate(pictures):
        small = Image.open(io.BytesIO(one)).convert("RGB")
        small.thumbnail(CELL)
        joined.paste(small, (number % columns * CELL[0], number // columns * CELL[1]))
    return joined


def marked(picture: Image.Image, lines: Sequence[str]) -> bytes:
    """Return the picture as a JPEG, watermarked with the lines (11 characters each) every 60 px."""
    layer = Image.new("RGBA", picture.size)
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(LETTER)
    text = "\n".join(line[:11] for line in lines)
    for top in range(0, picture.height, PERIOD):
        for left in range(0, picture.width, PERIOD):
            pen.multiline_text((left, top), text, INK, font, spacing=1, stroke_width=1, stroke_fill=EDGE)
    out = io.BytesIO()
    Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB").save(out, "JPEG", quality=88)
    return out.getvalue()


def _resized(picture: Image.Image) -> Image.Image:
    """Return the picture scaled to a height of 480 px."""
    return picture.resize((max(1, round(picture.width * HEIGHT / picture.height)), HEIGHT))
