"""Enrolment of reference photos."""

import io

import numpy as np
import pytest
from PIL import Image

from matcher.errors import BadImage
from matcher.imaging.decode import PHOTO_BYTES
from matcher.local import LocalMatcher
from scripts.demo.film import samples


@pytest.mark.parametrize(
    ("photo", "verdict"),
    [
        ("single_face.jpg", "ok"),
        ("0-f1-su-ph.jpg", "ok"),
        ("multi_face.jpg", "two_faces"),
        ("45-m7-di-ph.jpg", "turned"),
        # A hand on the forehead hides neither eyes, nose nor mouth.
        ("Image_with_alpha.png", "ok"),
        ("BWPictureHuman.jpg", "no_face"),
    ],
)
def test_each_photo_gets_its_verdict(matcher: LocalMatcher, photo: str, verdict: str) -> None:
    enrolled = matcher.enrol((samples() / photo).read_bytes())
    assert enrolled.verdict == verdict
    assert len(enrolled.templates) == (2 if verdict == "ok" else 0)


def test_templates_are_unit_vectors_of_128(matcher: LocalMatcher) -> None:
    templates = {t.engine: t for t in matcher.enrol((samples() / "single_face.jpg").read_bytes()).templates}
    assert set(templates) == {"sface", "dlib"}
    assert all(len(template.vector) == 128 for template in templates.values())
    assert np.linalg.norm(templates["sface"].vector) == pytest.approx(1.0, abs=1e-5)


def _saved(picture: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, **options)
    return file.getvalue()


@pytest.mark.parametrize("turns", range(2, 9))
def test_a_photo_is_turned_as_its_camera_held_it(matcher: LocalMatcher, turns: int) -> None:
    with Image.open(samples() / "single_face.jpg") as opened:
        upright = opened.convert("RGB")
    undo = {2: 0, 3: 1 + 2, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turns]
    moves = {
        0: Image.Transpose.FLIP_LEFT_RIGHT,
        1: Image.Transpose.FLIP_TOP_BOTTOM,
        2: Image.Transpose.ROTATE_90,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.ROTATE_270,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.TRANSVERSE,
    }
    exif = Image.Exif()
    exif[0x0112] = turns
    held = upright.transpose(moves[undo])
    assert matcher.enrol(_saved(held, format="JPEG", quality=95, exif=exif)).verdict == "ok"


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "LA", "RGBA"])
def test_colour_modes_of_real_scanners(matcher: LocalMatcher, mode: str) -> None:
    with Image.open(samples() / "single_face.jpg") as opened:
        picture = opened.convert("RGB").convert(mode)
    photo = _saved(picture, format="JPEG" if mode in ("L", "CMYK") else "PNG")
    assert matcher.enrol(photo).verdict == "ok"


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (b"", "not_an_image"),
        (b"GIF89a" + b"\0" * 100, "not_an_image"),
        (b"\xff\xd8\xff" + b"\0" * 100, "truncated"),
        (b"\0" * (PHOTO_BYTES + 1), "too_many_bytes"),
    ],
)
def test_an_invalid_photo_is_refused(matcher: LocalMatcher, photo: bytes, reason: str) -> None:
    with pytest.raises(BadImage) as refused:
        matcher.enrol(photo)
    assert refused.value.reason == reason


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_photo_cut_off_is_refused(matcher: LocalMatcher, share: float) -> None:
    whole = (samples() / "single_face.jpg").read_bytes()
    with pytest.raises(BadImage) as refused:
        matcher.enrol(whole[: int(len(whole) * share)])
    assert refused.value.reason == "truncated"
