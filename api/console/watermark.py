"""Watermarks pictures with the viewing account, so that a photo of the screen can be traced."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

HEIGHT = 480
CELL = (120, 160)
# Marks are at most 48 × 36 px, so that with these distances every crop of 120 × 120 px contains a whole one.
MARK = (48, 36)
PERIOD = (72, 84)
LETTER = 9
INK, EDGE = (255, 255, 255, 85), (0, 0, 0, 60)
GAP, PAPER = 24, (255, 255, 255)


def beside(pictures: Sequence[bytes]) -> Image.Image:
    """Return the pictures side by side with a white gap of 24 px, each 480 px high, RGB."""
    shown = [_resized(Image.open(io.BytesIO(one)).convert("RGB")) for one in pictures]
    width = sum(one.width for one in shown) + GAP * (len(shown) - 1)
    joined = Image.new("RGB", (width, HEIGHT), PAPER)
    at = 0
    for one in shown:
        joined.paste(one, (at, 0))
        at += one.width + GAP
    return joined


def turned(picture: bytes) -> bytes:
    """Return a mirrored picture turned back, as a PNG."""
    out = io.BytesIO()
    shown = Image.open(io.BytesIO(picture)).convert("RGB")
    shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(out, "PNG")
    return out.getvalue()


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
    """Return the picture as a JPEG, watermarked with the lines (cut to 46 px) every 72 × 84 px."""
    layer = Image.new("RGBA", picture.size)
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(LETTER)
    text = "\n".join(_cut(line, font) for line in lines)
    for top in range(0, picture.height, PERIOD[1]):
        for left in range(0, picture.width, PERIOD[0]):
            pen.multiline_text((left + 1, top), text, INK, font, spacing=1, stroke_width=1, stroke_fill=EDGE)
    out = io.BytesIO()
    Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB").save(out, "JPEG", quality=88)
    return out.getvalue()


def _cut(line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Return as much of a line as a mark is wide."""
    while font.getlength(line) > MARK[0] - 2:
        line = line[:-1]
    return line


def _resized(picture: Image.Image) -> Image.Image:
    """Return the picture scaled to a height of 480 px."""
    return picture.resize((max(1, round(picture.width * HEIGHT / picture.height)), HEIGHT))
