"""Structure-aware mutation of pictures by PNG chunk and JPEG segment."""

import re
import struct
import zlib
from collections.abc import Callable, Sequence

import numpy as np

MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
MOST = 1_100_000
EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\x80\0\0\0")


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk with a valid CRC."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def cut(image: bytes) -> list[bytes]:
    """Return the pieces of a picture: PNG chunks or JPEG segments."""
    edges = [0, *(_chunk_edges(image) if image.startswith(b"\x89PNG") else _marker_edges(image)), len(image)]
    return [image[a:b] for a, b in zip(edges, edges[1:], strict=False) if a < b]


def _chunk_edges(image: bytes) -> list[int]:
    edges: list[int] = []
    at = 8
    while at + 12 <= len(image) and len(edges) < 1000:
        edges.append(at)
        at += 12 + struct.unpack_from(">I", image, at)[0]
    return edges


def _marker_edges(image: bytes) -> list[int]:
    return [found.start() for found in MARKER.finditer(image)][1:1000]


def mutated(image: bytes, others: Sequence[bytes], chance: np.random.Generator) -> bytes:
    """Return a picture with one to four mutations."""
    for _ in range(int(chance.integers(1, 5))):
        way = WAYS[int(chance.integers(len(WAYS)))]
        image = way(image, others, chance)[:MOST]
    return _checksums(image) if chance.random() < 0.5 else image


Way = Callable[[bytes, Sequence[bytes], np.random.Generator], bytes]


def _flip(image: bytes, others: Sequence[bytes], chance: np.random.Generator) -> bytes:
    """Change random bytes."""
    spoilt = bytearray(image)
    for _ in range(int(chance.integers(1, 20)) if spoilt else 0):
        spoilt[int(chance.integers(len(spoilt)))] = int(chance.integers(256))
    return bytes(spoilt)


def _header(image: bytes, others: Sequence[bytes], chance: np.random.Generator) -> bytes:
    """Write an extreme number near the start of a piece, where lengths and sizes are."""
    pieces = cut(image)
    if not pieces:
        return image
    which = int(chance.integers(len(pieces)))
    at = int(chance.integers(0, 16))
    size = int(chance.choice([1, 2, 4]))
    extreme = EXTREMES[int(chance.integers(len(EXTREMES)))][-size:]
    pieces[which] = pieces[which][:at] + extreme + pieces[which][at + size :]
    return b"".join(pieces)


def _move(image: bytes, others: Sequence[bytes], chance: np.random.Generator) -> bytes:
    """Drop, repeat or move a piece, or insert one of another picture."""
    pieces = cut(image)
    if len(pieces) < 2:
        return image
    one, two = (int(value) for value in chance.integers(0, len(pieces), 2))
    match int(chance.integers(4)):
        case 0:
            del pieces[one]
        case 1:
            pieces[one:one] = [pieces[two]] * int(chance.integers(1, 60))
        case 2:
            pieces[one], pieces[two] = pieces[two], pieces[one]
        case _:
            foreign = cut(others[int(chance.integers(len(others)))])
            pieces.insert(one, foreign[int(chance.integers(len(foreign)))])
    return b"".join(pieces)


def _end(image: bytes, others: Sequence[bytes], chance: np.random.Generator) -> bytes:
    """Truncate the picture, or append data."""
    if chance.random() < 0.7:
        return image[: int(chance.integers(0, len(image) + 1))]
    return image + chance.bytes(int(chance.integers(1, 5000)))


def _checksums(image: bytes) -> bytes:
    """Recompute a mutated PNG's CRCs, so that its contents are decoded."""
    if not image.startswith(b"\x89PNG"):
        return image
    pieces = cut(image)
    return pieces[0] + b"".join(chunk(piece[4:8], piece[8:-4]) for piece in pieces[1:])


WAYS: tuple[Way, ...] = (_flip, _header, _move, _end)
