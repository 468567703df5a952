"""Memory used by the largest photos of phones, measured in a separate process."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from scripts.demo.film import samples

MEASURE = """
import resource, sys
from pathlib import Path
from matcher.imaging import decode
small, large = (Path(one).read_bytes() for one in sys.argv[1:])
decode.photo(small)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
picture = decode.photo(large)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, *picture.shape)
"""


def photo(megapixels: float, kind: str, **options: object) -> bytes:
    """Return 李建国's photo as a phone with so many pixels would save it."""
    with Image.open(samples() / "single_face.jpg") as opened:
        scale = (megapixels * 1e6 / (opened.width * opened.height)) ** 0.5
        size = (int(opened.width * scale), int(opened.height * scale))
        out = io.BytesIO()
        opened.convert("RGB").resize(size, Image.Resampling.NEAREST).save(out, kind, **options)
        return out.getvalue()


@pytest.mark.parametrize(
    ("megapixels", "kind", "options", "most_mb"),
    [
        (49, "JPEG", {"quality": 85}, 60),
        (24, "JPEG", {"quality": 80, "progressive": True}, 120),
        (23, "PNG", {"compress_level": 1}, 160),
    ],
    ids=["49 MP", "24 MP progressive", "23 MP PNG"],
)
def test_a_large_photo_is_decoded_in_little_memory(
    tmp_path: Path, megapixels: float, kind: str, options: dict[str, object], most_mb: int
) -> None:
    (tmp_path / "large").write_bytes(photo(megapixels, kind, **options))
    small = samples() / "single_face.jpg"
    command = [sys.executable, "-c", MEASURE, str(small), str(tmp_path / "large")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kilobytes, height, width, _ = map(int, done.stdout.split())
    assert max(height, width) == 1280 and kilobytes < most_mb * 1024
