"""Any bytes give a picture or BadImage, and metadata is never read."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from matcher.errors import BadImage
from matcher.imaging import decode
from matcher.imaging.container import essence
from scripts.demo.film import samples
from scripts.lab.fuzz import corpus
from scripts.lab.fuzz.pieces import chunk, mutated


@pytest.fixture(scope="session")
def seeds() -> dict[str, bytes]:
    return corpus.seeds([samples() / "single_face.jpg"])


@pytest.fixture(scope="session")
def bombs() -> dict[str, bytes]:
    return corpus.bombs()


def outcome(image: bytes) -> str:
    try:
        picture = decode.frame(image, 320)
    except BadImage as refused:
        return refused.reason
    assert picture.dtype == np.uint8 and picture.ndim == 3 and max(picture.shape) <= 320
    return "ok"


@pytest.mark.slow
def test_every_flavour_is_read(seeds: dict[str, bytes]) -> None:
    assert {name: outcome(image) for name, image in seeds.items()} == dict.fromkeys(seeds, "ok")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("huge-header", "too_many_pixels"), ("idat-20000", "too_many_pixels"), ("thread", "too_many_pixels"),
        ("zero-header", "not_an_image"), ("iccp", "ok"), ("ztxt", "ok"), ("itxt", "ok"), ("text", "ok"),
        ("exif", "ok"), ("chunks", "truncated"), ("empty-idat", "truncated"), ("scans", "truncated"),
    ],
)  # fmt: skip
def test_a_decompression_bomb_is_refused_or_harmless(
    bombs: dict[str, bytes], name: str, expected: str
) -> None:
    assert outcome(bombs[name]) == expected


@pytest.mark.slow
def test_no_metadata_reaches_the_decoder(bombs: dict[str, bytes]) -> None:
    for name in ("iccp", "ztxt", "itxt", "text", "exif"):
        assert len(essence(bombs[name]).image) < 1000, name


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "16", "progressive", "cmyk"])
def test_the_largest_photos_are_read(bombs: dict[str, bytes], mode: str) -> None:
    assert max(decode.photo(bombs[f"photo-{mode}"]).shape) == 1280


@pytest.mark.slow
def test_broken_pictures_are_refused_without_other_errors(seeds: dict[str, bytes]) -> None:
    made = corpus.broken(seeds)
    chance = np.random.default_rng(7)
    whole = [image for image in seeds.values() if len(image) < 200_000]
    for _ in range(500):
        name = f"spoilt {len(made)}"
        made[name] = mutated(whole[int(chance.integers(len(whole)))], whole, chance)
    known = {"ok", "truncated", "not_an_image", "too_many_pixels", "too_many_bytes"}
    assert {outcome(image) for image in made.values()} <= known


def _exif(order: str, entries: list[tuple[int, int, int, int]]) -> bytes:
    """Return an EXIF block whose first directory has these entries (tag, type, count, value)."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    rows = b"".join(struct.pack(f"{order}HHIHH", *entry, 0) for entry in entries)
    return start + struct.pack(f"{order}IH", 8, len(entries)) + rows


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("entries", "turned"),
    [
        ([(0x010F, 2, 1, 0), (0x0112, 3, 1, 6)], True),
        ([(0x0112, 3, 1, 9)], False),
        ([(0x0112, 2, 1, 6)], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_orientation_alone_is_read(
    order: str, entries: list[tuple[int, int, int, int]], turned: bool, kind: str
) -> None:
    block = _exif(order, entries)
    file = io.BytesIO()
    Image.new("RGB", (64, 32)).save(file, format=kind, exif=b"Exif\0\0" + block)
    assert decode.photo(file.getvalue()).shape[:2] == ((64, 32) if turned else (32, 64))


@pytest.mark.parametrize("length", [0, 4, 8, 9, 15, 19])
def test_a_truncated_exif_block_sets_no_orientation(length: int) -> None:
    block = _exif("<", [(0x0112, 3, 1, 6)])[:length]
    file = io.BytesIO()
    Image.new("RGB", (64, 32)).save(file, format="PNG")
    image = file.getvalue()
    assert decode.photo(image[:33] + chunk(b"eXIf", block) + image[33:]).shape[:2] == (32, 64)


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    shades = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (64, 1))
    file = io.BytesIO()
    Image.fromarray(shades).save(file, format="PNG")
    row = decode.photo(file.getvalue())[32, :, 0].astype(int)
    assert row[0] == 0 and row[-1] == 255 and abs(row[32] - 129) <= 3
