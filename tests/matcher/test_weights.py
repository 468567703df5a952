"""A wrong weight file prevents the start."""

import os
from pathlib import Path

import cv2
import pytest

from matcher import weights
from matcher.deferred import DeferredMatcher
from matcher.errors import WrongWeights
from matcher.local import LocalMatcher
from tests.support.shared import shared


def test_every_packaged_file_is_the_measured_one() -> None:
    for name, entry in weights.listed().items():
        assert entry.licence and entry.hashes
        if entry.package:
            assert weights.packaged(name).sha256


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MiniFASNetV2.onnx").write_bytes(b"not the net")
    with pytest.raises(WrongWeights, match="not the measured file"):
        weights.beside("minifasnet_v2", tmp_path)


def test_a_missing_file_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(WrongWeights, match="yibao weights --to"):
        LocalMatcher(1, tmp_path)
    with pytest.raises(WrongWeights, match="yibao weights --to"):
        DeferredMatcher(1, tmp_path)


@pytest.fixture(scope="module")
def guarded() -> LocalMatcher:
    return LocalMatcher(1, shared("models"))


@pytest.mark.models
@pytest.mark.parametrize(
    ("film", "low", "high"), [("bona_fide.mp4", 0.9, 1.0), ("screen_replay.mp4", 0.0, 0.1)]
)
def test_pad_tells_the_film_from_its_replay(
    guarded: LocalMatcher, film: str, low: float, high: float
) -> None:
    folder = shared("liveness")
    opened = cv2.VideoCapture(os.fspath(folder / film))
    opened.set(cv2.CAP_PROP_POS_MSEC, 1000)
    _, picture = opened.read()
    opened.release()
    with guarded._models() as models:
        face = models.detector.faces(picture)[0]
        assert models.pad is not None
        assert low <= models.pad.live(picture, face.box) <= high
