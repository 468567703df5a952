"""A filmed frame, and its observation."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

# Degrees, beyond which no head has been measured. Within them, and where the mesh has found the face, SFace
# says 0.4 and more of the same person (4,000 frames of 60 people).
BOWED, RAISED, TURNED = 42.0, -38.0, 60.0
# Below this logit the mesh has lost the face: of a head turned by 65 degrees it believes in 42, at -4.
PRESENT = 8.0


class FrameKind(StrEnum):
    """What a frame is for: small motion frames follow the actions, larger evidence frames are compared."""

    MOTION = "motion"
    EVIDENCE = "evidence"


class Hint(StrEnum):
    """The most important defect of a picture to correct."""

    NO_FACE = "no_face"
    TWO_FACES = "two_faces"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    TOO_FAR = "too_far"
    TOO_CLOSE = "too_close"
    TURNED = "turned"
    BLURRED = "blurred"
    COVERED = "covered"
    COLOURLESS = "colourless"


@dataclass(frozen=True, slots=True)
class Frame:
    """One filmed picture.

    `image` is JPEG or PNG; `t_ms` counts from the first frame; `kind` is motion (about 320 px) or
    evidence (about 640 px); `mirrored` says that the phone flipped it like a mirror.
    """

    seq: int
    t_ms: int
    kind: FrameKind
    image: bytes
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What one frame shows, small enough to store instead of the frame.

    Angles in degrees: `yaw` > 0 towards the subject's own left, `pitch` > 0 downwards, `roll` > 0 clockwise
    in the picture. `eyes_open` is the eye aspect ratio (Soukupová & Čech 2016, about 0.3 when open),
    `mouth_open` the inner lips' height over their width, `smile` the mouth's width over the distance of the
    outer eye corners. `size` is the face's height over the picture's, `centre` the face's position (0–1),
    `change` the mean difference to the previous frame (grey levels, 0–255, 48 px), `brightness` 0–255,
    `sharpness` the variance of the Laplacian on the face at 112 px. `landmarks` are both eyes, nose tip and
    mouth corners as x1, y1, … in picture heights, the subject's right first. `live` is P(bona fide), 0–1, of
    evidence and some motion frames where PAD weights are present. `glasses`: spectacles are seen, None where
    the face is turned aside. `face` is the embedding of some motion frames, base64 of int8, for the same-face
    check. `skin` is the mean red, green and blue of the face (0–255), `bezel` the continuity of straight
    lines around it in an evidence frame (0–1, matcher/liveness/bezel.py). `presence` is the mesh's logit for
    a face (24 ± 5 for uncovered ones near the axis). `texture` is the fine structure of the face in a motion
    frame (matcher/imaging/likeness.py), by which repeated pictures are recognised.
    """

    seq: int
    t_ms: int
    kind: FrameKind
    sha256: str
    phash: str
    faces: int
    box: tuple[float, float, float, float] | None = None
    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    eyes_open: float | None = None
    mouth_open: float | None = None
    smile: float | None = None
    size: float = 0.0
    centre: tuple[float, float] | None = None
    landmarks: tuple[float, ...] | None = None
    brightness: float = 0.0
    sharpness: float = 0.0
    change: float | None = None
    thumbnail: str = ""
    face: str = ""
    live: float | None = None
    skin: tuple[float, float, float] | None = None
    bezel: float | None = None
    glasses: bool | None = None
    hint: Hint | None = None
    presence: float | None = None
    texture: str = ""

    @property
    def shows_who(self) -> bool:
        """Tell whether the face can be recognised: found by the mesh and near the axis.

        Only such frames are embedded, judged by PAD and count towards actions.
        """
        if self.yaw is None or self.pitch is None:
            return False
        if self.presence is not None and self.presence < PRESENT:
            return False
        return abs(self.yaw) <= TURNED and RAISED <= self.pitch <= BOWED

    def to_json(self) -> dict[str, Any]:
        """Return the observation as plain JSON types."""
        return dict(OBSERVATION.dump_python(self, mode="json", warnings=False))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Observation":
        """Return a stored observation, ignoring unknown fields; raises ValueError for an invalid one."""
        return OBSERVATION.validate_python(document)


OBSERVATION = TypeAdapter(Observation)
