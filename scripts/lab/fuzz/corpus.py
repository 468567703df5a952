"""Crafted pictures: all variants of JPEG and PNG, and decompression bombs."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

from scripts.lab.fuzz.pieces import chunk, cut

EXIF_TAGS = 20_000
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x01\x01\x10\x00"


def seeds(photos: list[Path]) -> dict[str, bytes]:
    """Return valid pictures in every variant, small enough to mutate quickly."""
    made: dict[str, bytes] = {}
    for number, file in enumerate(photos):
        with Image.open(file) as opened:
            picture = ImageOps.contain(opened.convert("RGB"), (480, 480))
        made |= {f"{number}-{name}": data for name, data in _flavours(picture)}
    return made


def _flavours(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    """Yield one picture in every variant of JPEG and PNG."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132] = 6, "camera" * 50, "2026:01:01 00:00:00"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "x" * 2000, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>" * 50, zip=True)
    jpeg = {"format": "JPEG", "quality": 80}
    yield "jpeg", saved(picture, **jpeg)
    yield "jpeg-progressive", saved(picture, progressive=True, **jpeg)
    yield "jpeg-444-restart", saved(picture, subsampling=0, restart_marker_rows=2, **jpeg)
    yield "jpeg-grey", saved(picture.convert("L"), **jpeg)
    yield "jpeg-cmyk", saved(picture.convert("CMYK"), **jpeg)
    held = picture.transpose(Image.Transpose.ROTATE_90)
    yield "jpeg-exif", saved(held, exif=exif, icc_profile=b"p" * 3000, comment=b"c" * 500, **jpeg)
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield f"png-{mode}", saved(held.convert(mode), format="PNG", pnginfo=notes, exif=exif)
    deep = np.asarray(picture.convert("L")).astype(np.uint16) * 257
    yield "png-16", saved(Image.fromarray(deep), format="PNG")
    clear = picture.quantize(32)
    yield "png-palette-alpha", saved(clear, format="PNG", transparency=bytes(range(0, 256, 8)))
    yield "png-interlaced", interlaced(np.asarray(picture.resize((64, 64)).convert("L")))
    yield "apng", saved(picture, format="PNG", save_all=True, append_images=[picture.rotate(5)] * 2)


def saved(picture: Image.Image, **options: object) -> bytes:
    """Return the encoded picture."""
    file = io.BytesIO()
    picture.save(file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def interlaced(grey: np.ndarray) -> bytes:
    """Return a grey picture as an interlaced PNG (Adam7), which Pillow can read but not write."""
    # Start column and row of each pass, and its steps.
    passes = ("0088", "4088", "0448", "2044", "0224", "1022", "0112")
    parts = (grey[y::dy, x::dx] for x, y, dx, dy in (map(int, one) for one in passes))
    rows = b"".join(b"\0" + row.tobytes() for part in parts for row in part)
    height, width = grey.shape
    return png(width, height, zlib.compress(rows), kind=b"\x08\0\0\0\1")


def png(width: int, height: int, data: bytes, extra: bytes = b"", kind: bytes = b"\1\0\0\0\0") -> bytes:
    """Return a PNG around compressed data; `kind` is depth, colour, compression, filter, interlacing."""
    header = struct.pack(">II", width, height) + kind
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bombs() -> dict[str, bytes]:
    """Return small files that cost an unprotected decoder much memory or time."""
    small = saved(Image.new("RGB", (64, 64), "grey"), format="JPEG")
    progressive = saved(Image.new("RGB", (1600, 1600), "grey"), format="JPEG", progressive=True)
    zeros = zlib.compress(bytes(60_000_000), 9)
    row = zlib.compress(bytes(9), 9)
    made = {
        "huge-header": png(2**31 - 1, 2**31 - 1, row),
        "zero-header": png(0, 0, row),
        "idat-20000": png(20_000, 20_000, zlib.compress(bytes(2501 * 20_000), 9)),
        "idat-too-much": png(64, 64, zeros),
        "idat-photo": png(4800, 4800, zlib.compress(bytes(601 * 4800), 9)),
        "thread": png(1_000_000, 16, zlib.compress(bytes(125_001 * 16), 9)),
        "iccp": png(64, 64, row, chunk(b"iCCP", b"x\0\0" + zeros)),
        "ztxt": png(64, 64, row, chunk(b"zTXt", b"x\0\0" + zeros) * 5),
        "itxt": png(64, 64, row, chunk(b"iTXt", b"x\0\1\0\0\0" + zeros) * 5),
        "text": png(64, 64, row, chunk(b"tEXt", b"x\0" + b"y" * 900_000)),
        "chunks": png(64, 64, row, chunk(b"tEXt", b"") * 60_000),
        "empty-idat": png(64, 64, row, chunk(b"IDAT", b"") * 60_000),
        "exif": small[:2] + _exif_bomb() + small[2:],
        "scans": progressive[:-2] + SCAN * 60_000 + b"\xff\xd9",
        "fill-bytes": small[:2] + b"\xff" * 900_000 + small[2:],
    }
    return made | {f"photo-{mode}": data for mode, data in _largest()}


def _largest() -> Iterator[tuple[str, bytes]]:
    """Yield the largest permitted photos in the most expensive modes."""
    size = (6000, 4000)
    for mode in ("L", "P", "RGB", "RGBA"):
        yield mode, saved(Image.new(mode, size), format="PNG")
    yield "16", saved(Image.fromarray(np.zeros(size[::-1], np.uint16)), format="PNG")
    options = {"format": "JPEG", "quality": 30, "progressive": True, "subsampling": 0}
    yield "progressive", saved(Image.new("RGB", size), **options)
    yield "cmyk", saved(Image.new("CMYK", size), **options)


def _exif_bomb() -> bytes:
    """Return EXIF data with many entries that point to the same large value."""
    start = 8 + 2 + 12 * EXIF_TAGS + 4
    entries = b"".join(struct.pack("<HHII", tag, 7, 100_000, start) for tag in range(1, EXIF_TAGS + 1))
    tiff = b"II*\0" + struct.pack("<IH", 8, EXIF_TAGS) + entries + bytes(300_000)
    parts = (b"Exif\0\0" + tiff[at : at + 65_000] for at in range(0, len(tiff), 65_000))
    return b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in parts)


def broken(whole: dict[str, bytes]) -> dict[str, bytes]:
    """Return each picture truncated at every marker, with swapped segments, wrong CRC and trailing data."""
    made = {}
    for name, image in whole.items():
        pieces = cut(image)
        for at in range(1, min(len(pieces), 40)):
            made[f"{name}-cut-{at}"] = b"".join(pieces[:at])
            made[f"{name}-half-{at}"] = b"".join(pieces[:at]) + pieces[at][: len(pieces[at]) // 2]
            swapped = [*pieces[: at - 1], pieces[at], pieces[at - 1], *pieces[at + 1 :]]
            made[f"{name}-swap-{at}"] = b"".join(swapped)
        made[f"{name}-trailing"] = image + b"\0trailing\xff\xd8\xff" * 50
        made[f"{name}-crc"] = image[:29] + b"\0\0\0\0" + image[33:]
    return made
