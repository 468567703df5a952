"""Preprocessing of pictures for PAD."""

import cv2
import numpy as np
import pytest

from matcher import weights
from matcher.imaging.detector import Detector
from matcher.imaging.mesh import Mesh
from matcher.liveness.pad import DARK, LIT, TILTED, lit, upright
from tests.matcher.faces import photo


def eyes(picture: np.ndarray) -> tuple[tuple[float, float, float, float], np.ndarray]:
    """Return the face's box and the mesh's five landmarks."""
    face = Detector(weights.packaged("yunet")).faces(picture)[0]
    return face.box, Mesh(weights.packaged("mesh")).read(picture, face).landmarks


def tilt(landmarks: np.ndarray) -> float:
    across, down = landmarks[1] - landmarks[0]
    return float(np.degrees(np.arctan2(down, across)))


@pytest.mark.parametrize("degrees", [-25, -15, 15, 25])
def test_a_tilted_face_is_set_upright(degrees: float) -> None:
    picture = photo("single_face.jpg")
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    tilted = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    box, landmarks = eyes(tilted)
    assert abs(tilt(landmarks)) > TILTED
    assert abs(tilt(eyes(upright(tilted, box, landmarks))[1])) < TILTED / 2


def test_a_face_that_is_upright_is_left_alone() -> None:
    picture = photo("single_face.jpg")
    assert upright(picture, *eyes(picture)) is picture


def test_a_dark_face_is_judged_in_the_light_of_others() -> None:
    picture = np.full((40, 40, 3), 50, np.uint8)
    assert lit(picture, 50.0).mean() == pytest.approx(LIT, abs=1)
    assert lit(picture, DARK) is picture
