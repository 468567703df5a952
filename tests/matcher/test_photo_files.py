"""Photo files as phones, card readers and editors really write them."""

import io
import struct

import pytest
from PIL import Image

from api.directory.portraits import examine
from matcher.errors import BadImage
from matcher.imaging import decode
from matcher.imaging.files import portable
from matcher.local import LocalMatcher
from scripts.demo.film import samples


def portrait() -> Image.Image:
    return Image.open(samples() / "single_face.jpg").convert("RGB")


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


class Looking:
    """Ports that contain only a matcher."""

    def __init__(self, matcher: LocalMatcher) -> None:
        self.matcher = matcher


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("spoil", [lambda s: s[:-2], lambda s: s[:-1], lambda s: s[:-2] + b"\0" * 50])
def test_a_photo_that_lacks_only_its_end_marker_is_complete(progressive, spoil) -> None:
    whole = saved(portrait(), progressive=progressive)
    assert (decode.photo(spoil(whole)) == decode.photo(whole)).all()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.9])
def test_a_photo_that_lacks_rows_is_truncated(share: float) -> None:
    whole = saved(portrait())
    with pytest.raises(BadImage, match="truncated"):
        decode.photo(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("stray", [b"\0", b"\0\xff\0abc", b"x" * 1000])
def test_bytes_between_segments_are_skipped(stray: bytes) -> None:
    whole = saved(portrait())
    at = whole.index(b"\xff\xdb")
    assert (decode.photo(whole[:at] + stray + whole[at:]) == decode.photo(whole)).all()


@pytest.mark.parametrize(("kind", "form"), [(1, "B"), (3, "H"), (4, "I"), (6, "b"), (8, "h"), (9, "i")])
@pytest.mark.parametrize("order", "<>")
def test_the_orientation_is_read_from_any_integer(kind: int, form: str, order: str) -> None:
    value = struct.pack(f"{order}{form}", 3).ljust(4, b"\0")
    tiff = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}IH", 8, 1)
    exif = b"Exif\0\0" + tiff + struct.pack(f"{order}HHI", 0x0112, kind, 1) + value + b"\0" * 4
    stored = saved(portrait().rotate(180), quality=95)
    turned = stored[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + stored[2:]
    assert abs(decode.photo(turned).astype(int) - decode.photo(stored)[::-1, ::-1]).mean() < 1


def test_a_bitmap_is_converted_at_the_import_alone(matcher: LocalMatcher) -> None:
    bitmap = saved(portrait(), "BMP")
    assert examine(Looking(matcher), portable(bitmap)).verdict == "ok"
    with pytest.raises(BadImage, match="not_an_image"):
        decode.photo(bitmap)
    assert portable(bitmap) == portable(bitmap)


@pytest.mark.parametrize(("turn", "verdict"), [(0, "ok"), (90, "sideways"), (180, "upside_down")])
def test_a_photo_that_is_not_upright_is_called_so(matcher: LocalMatcher, turn: int, verdict: str) -> None:
    photo = saved(portrait().rotate(turn, expand=True), quality=95)
    assert examine(Looking(matcher), photo).verdict == verdict


@pytest.mark.parametrize("side", [(5712, 4284), (8160, 6120)])
def test_photos_of_24_and_50_megapixels_are_decoded_small(side: tuple[int, int]) -> None:
    assert max(decode.photo(saved(portrait().resize(side), quality=50)).shape) <= 1280


@pytest.mark.parametrize(
    ("side", "subsampling", "taken"), [((8160, 6120), 2, True), ((7000, 5250), 0, False)]
)
def test_a_progressive_jpeg_is_bounded_by_what_its_decoder_holds(
    side: tuple[int, int], subsampling: int, taken: bool
) -> None:
    picture = Image.new("RGB", side, "grey")
    file = saved(picture, quality=50, progressive=True, subsampling=subsampling)
    if taken:
        assert max(decode.photo(file).shape) <= 1280
        return
    for read in (decode.photo, lambda one: portable(one + bytes(decode.PHOTO_BYTES))):
        with pytest.raises(BadImage, match="too_many_pixels"):
            read(file)


def test_a_png_of_that_size_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(BadImage, match="too_many_pixels"):
        decode.photo(saved(Image.new("L", (8160, 6120)), "PNG"))
