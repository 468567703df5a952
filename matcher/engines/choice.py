"""Chooses each net's engine on this machine, at process start; every report names it."""

from functools import partial

import cv2
import numpy as np

from matcher.engines import litert, opencv, openvino
from matcher.engines.kernel import Check, Kernel, Outputs, cosine, fastest
from matcher.protocol import Picture
from matcher.weights import Weights

# bfloat16 moves a score by 0.001–0.002; the thresholds' own intervals are wider (decision 0099).
SAME_FACE = 0.9995
SAME_POINTS_PX = 0.01
SAME_CELLS = 1e-4
# Cells per side of the synthetic test pictures, coarse to fine. No real face is stored in the program.
GRAINS = (7, 14, 28)


def sface(weights: Weights) -> Kernel:
    """Return the chosen kernel of SFace."""
    check = Check(_pictures(112), lambda ours, theirs: cosine(ours[0], theirs[0]) >= SAME_FACE)
    return fastest(opencv.SFaceKernel(weights), [openvino.SFaceKernel], weights, check)


def mesh(weights: Weights) -> Kernel:
    """Return the chosen kernel of the face mesh."""
    return fastest(opencv.MeshKernel(weights), [litert.MeshKernel], weights, Check(_pictures(192), _near))


def detector(weights: Weights) -> Kernel:
    """Return the chosen kernel of YuNet."""
    check = Check(_pictures(320), partial(_near, within=SAME_CELLS))
    return fastest(opencv.DetectorKernel(weights), [openvino.DetectorKernel], weights, check)


def _near(ours: Outputs, theirs: Outputs, within: float = SAME_POINTS_PX) -> bool:
    """Tell whether all outputs agree within a tolerance."""
    pairs = zip(ours, theirs, strict=True)
    return all(bool(np.allclose(a, b, rtol=0, atol=within)) for a, b in pairs)


def _pictures(side: int) -> list[Picture]:
    """Return a fixed set of coloured test pictures."""
    drawn = np.random.default_rng(17)
    rough = [drawn.integers(0, 256, (grain, grain, 3), np.uint8) for grain in GRAINS]
    return [
        np.asarray(cv2.resize(one, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8) for one in rough
    ]
