"""Reference photos: their templates and their quality."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pydantic import TypeAdapter

from matcher.types.capture import Hint

Verdict = Literal["ok"] | Hint


class Embedder(StrEnum):
    """The engines that make templates."""

    SFACE = "sface"
    DLIB = "dlib"


@dataclass(frozen=True, slots=True)
class Template:
    """One face as one engine sees it: `vector` is 128 floats."""

    engine: Embedder
    version: str
    vector: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the template as plain JSON types."""
        return {"engine": str(self.engine), "version": self.version, "vector": list(self.vector)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Template":
        """Return a stored template; raises ValueError for an invalid one."""
        return TEMPLATE.validate_python(document)


TEMPLATE = TypeAdapter(Template)


@dataclass(frozen=True, slots=True)
class PhotoQuality:
    """Components of ISO/IEC 29794-5 for the largest face of a photo, as measured.

    Shares and yes-or-no values are 0–1, `inter_eye_distance` px, `head_size` the face's height over the
    picture's, `luminance_mean` 0–255, `sharpness` the variance of the Laplacian at 112 px, poses degrees,
    `eyes_open` the eye aspect ratio.
    """

    single_face_present: float
    inter_eye_distance: float
    head_size: float
    luminance_mean: float
    under_exposure_prevention: float
    over_exposure_prevention: float
    illumination_uniformity: float
    sharpness: float
    head_pose_yaw: float
    head_pose_pitch: float
    head_pose_roll: float
    eyes_open: float
    mouth_closed: float
    eyes_visible: float
    face_occlusion_prevention: float


@dataclass(frozen=True, slots=True)
class Looks:
    """Estimates from a face: `male` is P(male), 0–1, `years` the expected age, 0–80."""

    male: float
    years: float


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Result for a reference photo: `verdict` is ok or the photo's defect.

    `quality` is None without a face; `templates` has one for each engine and `looks` is given if the verdict
    is ok, else neither.
    """

    verdict: Verdict
    quality: PhotoQuality | None = None
    templates: tuple[Template, ...] = ()
    looks: Looks | None = None
