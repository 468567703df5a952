"""What goes in and what comes out: plain frozen values that survive JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

# Degrees. Of a head bowed further SFace says the same as of a stranger's (0.0 and more, where otherwise
# it says 0.6); further turned or raised, it has not been measured (`python -m scripts.evaluate poses`).
BOWED, RAISED, TURNED = 28.0, -35.0, 55.0


@dataclass(frozen=True, slots=True)
class Frame:
    """One filmed picture.

    `image` is JPEG or PNG; `t_ms` counts from the first frame; `kind` is motion (≈ 320 px) or
    evidence (≈ 640 px); `mirrored` says that the phone flipped it like a mirror.
    """

    seq: int
    t_ms: int
    kind: str
    image: bytes
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What one frame shows, small enough to keep instead of the frame.

    Angles in degrees: `yaw` > 0 towards the subject's own left, `pitch` > 0 downwards, `roll` > 0
    clockwise in the picture. `eyes_open` is the eye aspect ratio (Soukupová & Čech 2016, about 0.3
    when open), `mouth_open` the inner lips' height over their width, `smile` the mouth's width over
    the distance of the outer eye corners. `size` is the face's height over the picture's height, `centre`
    the face's place (0–1), `change` the mean difference to the frame before (grey levels, 0–255, 48 px),
    `brightness` 0–255, `sharpness` the variance of the Laplacian on the face at 112 px.
    `landmarks` are both eyes, nose tip and mouth corners as x1, y1, … in picture heights, the subject's
    right first. `live` is P(bona fide), 0–1, of evidence and some motion frames where PAD weights are
    present. `glasses` tells whether spectacles are seen, None of a face turned away. `face` is the embedding
    of some motion frames that show who it is, base64 of int8, for the same-face check. `skin` is the mean
    red, green and blue of the face (0–255), `bezel` how unbroken the straight lines around it are in an
    evidence frame (0–1, matcher/liveness/bezel.py).
    """

    seq: int
    t_ms: int
    kind: str
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
    hint: str | None = None

    @property
    def shows_who(self) -> bool:
        """Tell whether the face is near enough to the camera's axis for an embedding to tell who it is."""
        if self.yaw is None or self.pitch is None:
            return False
        return abs(self.yaw) <= TURNED and RAISED <= self.pitch <= BOWED

    def to_json(self) -> dict[str, Any]:
        """Return the observation as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Observation":
        """Return a stored observation; raises TypeError for one that is not."""
        values = {name.name: document[name.name] for name in fields(cls) if name.name in document}
        for name in ("box", "centre", "landmarks", "skin"):
            if values.get(name) is not None:
                values[name] = tuple(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Template:
    """One face as one engine sees it: `engine` sface or dlib, `vector` 128 floats."""

    engine: str
    version: str
    vector: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the template as plain JSON types."""
        return {"engine": self.engine, "version": self.version, "vector": list(self.vector)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Template":
        """Return a stored template."""
        return cls(document["engine"], document["version"], tuple(document["vector"]))


@dataclass(frozen=True, slots=True)
class Shown:
    """One colour of the screen, `#RRGGBB`, and for how many milliseconds it is shown."""

    rgb: str
    ms: int


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything a report is made from.

    `actions` in the order they were asked for; `references` of the claimed person; `cohort` one
    tuple of references for each relative; `grey_zone` the SFace scores between which the second
    engine is asked as well; `colours` what the screen shows from the first frame on, none if empty.
    """

    actions: tuple[str, ...]
    observations: tuple[Observation, ...]
    evidence: tuple[Frame, ...]
    references: tuple[Template, ...]
    cohort: tuple[tuple[Template, ...], ...] = ()
    grey_zone: tuple[float, float] = (0.25, 0.55)
    colours: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The facts about one capture. Scores are facts: no threshold of a policy is applied here."""

    models: list[dict[str, str]]
    acquisition: dict[str, Any]
    timing: dict[str, Any]
    actions: list[dict[str, Any]]
    in_order: bool
    continuity: dict[str, Any]
    pad: dict[str, Any]
    colour: dict[str, Any]
    comparison: dict[str, Any]
    cohort: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What became of a reference photo: `verdict` ok or what is wrong with it."""

    verdict: str
    quality: dict[str, float] = field(default_factory=dict)
    templates: tuple[Template, ...] = ()
