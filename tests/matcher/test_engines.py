"""The fastest engine that agrees runs a net, and the report names it."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

import cv2
import numpy as np
import pytest

from matcher import weights
from matcher.engines import litert, opencv, openvino
from matcher.engines.kernel import Check, EngineUnavailable, Kernel, Open, Outputs, cosine, fastest
from matcher.imaging.detector import Detector
from matcher.local import LocalMatcher
from matcher.models import Models
from matcher.protocol import Picture
from scripts.demo.film import samples
from tests.matcher.captures import MAN, examined, frames

PORTRAITS = ("single_face.jpg", "multi_face.jpg", "BWPictureHuman.jpg")
CHECK = Check([np.zeros((8, 8, 3), np.uint8)], lambda ours, theirs: bool(np.allclose(ours[0], theirs[0])))


def installed(package: str) -> None:
    """Skip loudly where an optional engine is not installed; CI installs it, so there its absence fails."""
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        assert os.environ.get("CI") != "true", f"{package} is not installed"
        pytest.skip(f"{package} is not installed: make setup")


@pytest.fixture
def models(matcher: LocalMatcher) -> Iterator[Models]:
    with matcher._models() as one:
        yield one


def portraits(models: Models) -> Iterator[Picture]:
    """Yield each face as SFace's input."""
    for name in PORTRAITS:
        picture = cv2.imread(str(samples() / name))
        for face in models.detector.faces(picture):
            yield models.sface.aligned(picture, models.mesh.landmarks(picture, face))


def test_openvino_embeds_faces_as_opencv_does(models: Models) -> None:
    installed("openvino")
    file = weights.packaged("sface")
    ours, theirs = opencv.SFaceKernel(file), openvino.SFaceKernel(file)
    crops = list(portraits(models))
    assert len(crops) >= 3
    assert min(cosine(ours(crop)[0], theirs(crop)[0]) for crop in crops) >= 0.9995


def test_litert_reads_faces_as_opencv_does(models: Models) -> None:
    installed("ai-edge-litert")
    file = weights.packaged("mesh")
    ours, theirs = opencv.MeshKernel(file), litert.MeshKernel(file)
    for crop in portraits(models):
        square = np.asarray(cv2.resize(crop, (192, 192)), np.uint8)
        for one, other in zip(ours(square), theirs(square), strict=True):
            assert np.abs(one - other).max() <= 0.001


def test_openvino_detects_the_faces_that_opencv_detects() -> None:
    installed("openvino")
    file = weights.packaged("yunet")
    ours, theirs = opencv.DetectorKernel(file), openvino.DetectorKernel(file)
    for name, size in zip(PORTRAITS, ((320, 192), (192, 320), (256, 320)), strict=True):
        picture = np.asarray(cv2.resize(cv2.imread(str(samples() / name)), size), np.uint8)
        for one, other in zip(ours(picture), theirs(picture), strict=True):
            assert np.abs(one - other).max() <= 1e-4


def test_the_detector_agrees_with_opencvs_own() -> None:
    file = weights.packaged("yunet")
    theirs = cv2.FaceDetectorYN.create(str(file.file), "", (320, 320), 0.8, 0.3, 50)
    counted = []
    for name in (*PORTRAITS, "no_face.png"):
        picture = np.zeros((230, 310, 3), np.uint8)
        if name in PORTRAITS:
            picture = np.asarray(cv2.resize(cv2.imread(str(samples() / name)), (310, 230)), np.uint8)
        theirs.setInputSize((310, 230))
        found = theirs.detect(picture)[1]
        rows = Detector(file)._rows(picture)
        counted.append(len(rows))
        assert np.allclose(rows, np.empty((0, 15)) if found is None else found, atol=1e-3)
    assert counted[0] == 1 and counted[1] == 5 and counted[-1] == 0


def test_landmarks_alone_are_those_of_the_whole_reading(models: Models) -> None:
    picture = cv2.imread(str(samples() / "single_face.jpg"))
    face = models.detector.faces(picture)[0]
    assert np.array_equal(models.mesh.landmarks(picture, face), models.mesh.read(picture, face).landmarks)


@dataclass(frozen=True)
class Working:
    """An engine that computes for some milliseconds and returns a number."""

    engine: str
    cpu_ms: float
    answer: float = 1.0

    def __call__(self, picture: Picture) -> Outputs:
        end = time.thread_time() + self.cpu_ms / 1000
        while time.thread_time() < end:
            pass
        return (np.array([self.answer], np.float32),)


def opened(kernel: Kernel | None) -> Open:
    """Return what opens this kernel, or fails as an engine that is not there does."""

    def opener(_: weights.Weights) -> Kernel:
        if kernel is None:
            raise ImportError("no such engine")
        return kernel

    return opener


def refusing(_: weights.Weights) -> Kernel:
    raise EngineUnavailable("this file cannot be read")


@pytest.mark.parametrize(
    ("others", "taken"),
    [
        ([Working("quick", 1.0)], "quick"),
        ([Working("quick", 2.0), Working("quicker", 0.5)], "quicker"),
        ([Working("slow", 9.0)], "reference"),
        ([Working("as slow", 4.0)], "reference"),
        ([Working("quick and wrong", 0.5, answer=1.1)], "reference"),
        ([Working("not a number", 0.5, answer=float("nan"))], "reference"),
        ([None], "reference"),
        ([None, Working("quick", 1.0)], "quick"),
    ],
)
def test_the_fastest_engine_that_agrees_is_taken(others: list[Kernel | None], taken: str) -> None:
    reference, file = Working("reference", 4.0), weights.packaged("mesh")
    assert fastest(reference, [opened(one) for one in others], file, CHECK).engine == taken


def test_an_engine_that_refuses_the_file_is_left_out() -> None:
    file = weights.packaged("mesh")
    assert fastest(Working("reference", 1.0), [refusing], file, CHECK).engine == "reference"


@pytest.mark.parametrize("blocks", [(0, 0), (0, 1), (1, 2)])
def test_weights_that_are_not_packed_in_blocks_are_refused(blocks: tuple[int, int]) -> None:
    values, scales = np.ones((4, 4), np.int8), np.ones((2, 1), np.float32)
    with pytest.raises(EngineUnavailable):
        openvino.unpacked(values, scales, np.zeros((2, 1), np.int8), blocks)


def test_packed_weights_are_spread_over_their_blocks() -> None:
    values, scales, zeros = np.array([1, 2, 3], np.int8), np.array([2.0, 10.0], np.float32), np.array([0, 1])
    assert openvino.unpacked(values, scales, zeros, (0, 2)).tolist() == [2.0, 4.0, 20.0]


def test_a_report_names_the_engines_that_made_it(matcher: LocalMatcher) -> None:
    named = {one.name: one.engine for one in examined(matcher, frames(MAN)).models}
    assert named["sface"].split()[0] in ("opencv", "openvino")
    assert named["mesh"].split()[0] in ("opencv", "litert")
    assert named["yunet"].split()[0] in ("opencv", "openvino")
