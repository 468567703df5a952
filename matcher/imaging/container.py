"""Reduce a JPEG or PNG file to what its pixels need, so that no metadata reaches the decoder.

Small files hide large ones in metadata (iCCP, zTXt, iTXt, EXIF offsets, MPF pictures). Only the
orientation is read from it (ITU-T T.81 annex B, PNG third edition, CIPA DC-008 for EXIF).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from matcher.errors import BadImage

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
FILL = re.compile(rb"\xff+")
SOS, APP1, COM = 0xDA, 0xE1, 0xFE
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# JFIF and Adobe: the colour space depends on them.
KEPT_APP = {0xE0, 0xEE}
WANTED = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
ORIENTATION = 0x0112
# Writers store it as any of the integers of TIFF 6.0.
INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}
# A progressive picture has about ten scans; each of thousands costs as much as a whole picture.
MOST_SCANS = 100
MOST_CHUNKS = 20_000
MOST_STRAY = 4096


@dataclass(frozen=True, slots=True)
class Essence:
    """A file without its metadata: width and height in px as stored, EXIF orientation 1–8.

    `has_end` is False for a JPEG without its end marker. `held_bytes` is what a decoder keeps of a JPEG of
    several scans (a progressive one) until the last has come, however small it is to become; 0 for others.
    """

    image: bytes
    width: int
    height: int
    orientation: int
    has_end: bool = True
    held_bytes: int = 0

    @property
    def is_jpeg(self) -> bool:
        """Tell which of the two formats it is."""
        return self.image.startswith(JPEG)


def essence(image: bytes) -> Essence:
    """Return the parts of a file that the decoder needs; raises BadImage not_an_image or truncated."""
    if image.startswith(JPEG):
        return _jpeg(image)
    if image.startswith(PNG):
        return _png(image)
    raise BadImage("truncated" if PNG.startswith(image[:8]) and len(image) > 5 else "not_an_image")


def _jpeg(image: bytes) -> Essence:
    """Return a JPEG's tables and scans."""
    kept, orientation, size, held = [image[:2]], 1, (0, 0), 0
    for marker, start, end in _segments(image):
        body = image[start + 4 : end]
        if marker == APP1 and orientation == 1:
            orientation = _orientation(body[6:]) if body.startswith(b"Exif\0\0") else 1
        if marker in FRAMES and len(body) >= 5:
            size, held = struct.unpack(">HH", body[1:5])[::-1], _coefficients(body)
        if marker == SOS:
            kept.append(image[start:])
            break
        if marker in KEPT_APP or not (0xE0 <= marker <= 0xEF or marker == COM):
            kept.append(image[start:end])
    else:
        raise BadImage("truncated")
    scans = kept[-1].count(b"\xff\xda")
    if scans > MOST_SCANS:
        raise BadImage("truncated")
    held = held if scans > 1 else 0
    return Essence(b"".join(kept), *size, orientation, has_end=b"\xff\xd9" in kept[-1], held_bytes=held)


def _coefficients(frame: bytes) -> int:
    """Return the bytes of all DCT coefficients, two each, that a frame header (T.81 B.2.2) describes."""
    height, width = struct.unpack(">HH", frame[1:5])
    factors = [(one >> 4 or 1, one & 15 or 1) for one in frame[7::3]]
    across, down = max((one[0] for one in factors), default=1), max((one[1] for one in factors), default=1)
    return sum(2 * width * height * one[0] * one[1] // (across * down) for one in factors)


def _segments(image: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment up to the first scan; raises BadImage truncated."""
    at = 2
    while at + 4 <= len(image):
        if image[at] != 0xFF:
            # Some cameras and editors leave bytes between segments; decoders skip them, and so do we.
            at = image.find(b"\xff", at, at + MOST_STRAY)
            if at < 0:
                raise BadImage("truncated")
            continue
        if image[at + 1] == 0:
            at += 2
            continue
        if fill := FILL.match(image, at + 1):
            at = fill.end() - 1
            continue
        end = at + 2 + struct.unpack_from(">H", image, at + 2)[0]
        if end < at + 4 or end > len(image):
            raise BadImage("truncated")
        yield image[at + 1], at, end
        at = end


def _png(image: bytes) -> Essence:
    """Return a PNG's critical chunks and its transparency."""
    kept, orientation = [image[:8]], 1
    if image[12:16] != b"IHDR" or len(image) < 33:
        raise BadImage("truncated")
    for number, (kind, start, end) in enumerate(_chunks(image)):
        if number >= MOST_CHUNKS:
            raise BadImage("truncated")
        if kind == b"eXIf" and orientation == 1:
            orientation = _orientation(image[start + 8 : end - 4])
        if kind in WANTED:
            kept.append(image[start:end])
    width, height = struct.unpack_from(">II", image, 16)
    return Essence(b"".join(kept), width, height, orientation)


def _chunks(image: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk up to IEND; the last one may be cut off."""
    at = 8
    while at + 12 <= len(image):
        end = at + 12 + struct.unpack_from(">I", image, at)[0]
        kind = image[at + 4 : at + 8]
        yield kind, at, min(end, len(image))
        if kind == b"IEND":
            return
        at = end


def _orientation(tiff: bytes) -> int:
    """Return the orientation in the first directory of an EXIF block, 1 if it cannot be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    try:
        at = struct.unpack_from(f"{order}I", tiff, 4)[0] if order else len(tiff)
        for entry in range(struct.unpack_from(f"{order}H", tiff, at)[0] if order else 0):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, at + 2 + 12 * entry)
            if tag == ORIENTATION and kind in INTEGERS:
                value = struct.unpack_from(f"{order}{INTEGERS[kind]}", tiff, at + 2 + 12 * entry + 8)[0]
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
