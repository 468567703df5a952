"""A simulated matcher that knows which face a picture shows, and scores invented faces realistically."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from matcher.comparison import scores
from matcher.liveness import actions
from matcher.types import (
    Acquisition,
    ActionSeen,
    Background,
    Cohort,
    ColourResponse,
    ColourStatus,
    Comparison,
    Continuity,
    Embedder,
    Enrolment,
    Examination,
    Frame,
    Hint,
    Likeness,
    Looks,
    ModelUsed,
    Observation,
    PadCues,
    PadReport,
    PadStatus,
    Report,
    Template,
    Timing,
)
from scripts.simulation.faces import Vector
from scripts.simulation.visits import Filmed

# Model versions, and the day on which each is replaced by the next.
MODELS = (("2026.09", 42), ("2026.10", None))


class InventedMatcher:
    """A matcher that is told which face a picture shows, and scores it like the real one."""

    def __init__(self) -> None:
        self.filmed: Filmed | None = None
        self.models = models_of(MODELS[0][0])
        self._photos: dict[str, Enrolment] = {}

    def know(self, photo: bytes, face: Vector, looks: Looks | None = None) -> None:
        """Associate a photo with this face."""
        known = Enrolment("ok", templates=(template(face),), looks=looks)
        self._photos[hashlib.sha256(photo).hexdigest()] = known

    def know_as(self, photo: bytes, enrolled: Enrolment) -> None:
        """Associate a photo with another matcher's result."""
        self._photos[hashlib.sha256(photo).hexdigest()] = enrolled

    def use(self, version: str) -> None:
        """Switch to another version of the models."""
        self.models = models_of(version)

    def observe(
        self, frames: Sequence[Frame], previous: Sequence[Observation] = (), seed: int = 0
    ) -> list[Observation]:
        """Return the observations of the current try's frames."""
        return [self._observation(one) for one in frames]

    def progress(self, wanted: Sequence[str], observations: Sequence[Observation]) -> list[bool]:
        """Return which actions have been seen."""
        return actions.progress(wanted, observations)

    def examine(self, examination: Examination) -> Report:
        """Return the facts of the current try."""
        return report(self._now(), examination, self.models)

    def learn(self, background: Background) -> None:
        """Ignore the background: scores are drawn on the normalised scale."""

    def enrol(self, photo: bytes) -> Enrolment:
        """Return the result for a known photo; any other contains no face."""
        return self._photos.get(hashlib.sha256(photo).hexdigest()) or Enrolment(Hint.NO_FACE)

    def has_pad(self) -> bool:
        """Return True: PAD is simulated too."""
        return True

    def model_sets(self) -> tuple[Embedder, ...]:
        """Return the one simulated model set."""
        return (Embedder.SFACE,)

    def _now(self) -> Filmed:
        if self.filmed is None:
            raise RuntimeError("nobody stands before the camera")
        return self.filmed

    def _observation(self, frame: Frame) -> Observation:
        film = self._now()
        unique = f"{id(film)}:{frame.seq}:{frame.t_ms}".encode() + frame.image
        seen = Observation(
            seq=frame.seq, t_ms=frame.t_ms, kind=frame.kind, phash="",
            sha256=hashlib.sha256(unique).hexdigest(),
            faces=0 if film.probe is None else 1, yaw=film.yaw, pitch=0.0, size=film.size,
            brightness=film.brightness, sharpness=film.sharpness, live=film.pad,
        )  # fmt: skip
        return seen if film.probe is not None else replace(seen, hint=Hint.TOO_DARK)


def report(film: Filmed, examination: Examination, models: tuple[ModelUsed, ...]) -> Report:
    """Return the facts of one try against the given references."""
    usable = film.probe is not None
    comparison, cohort = compared(film.probe, examination)
    return Report(
        models=models,
        acquisition=Acquisition(
            14, 5, 14 if usable else 0, 5 if usable else 0, None if usable else Hint.TOO_DARK
        ),
        timing=Timing(3600, 280, 4.1, 0, 0, 120, 0),
        actions=tuple(ActionSeen(one, True, 400, 1600) for one in examination.actions),
        in_order=True,
        continuity=Continuity(0.7, 12, 0.85),
        pad=PadReport(PadStatus.MEASURED, film.pad, max(0.3, film.pad - 0.2), 9, PadCues(0.1, 0.2)),
        colour=ColourResponse(ColourStatus.NOT_ASKED),
        comparison=comparison,
        cohort=cohort,
    )


def compared(probe: Vector | None, examination: Examination) -> tuple[Comparison, Cohort]:
    """Return comparison and cohort of a probe, None where nothing was filmed."""
    probes = [probe] if probe is not None else []
    own = scores.sface(probes, examination.references)
    kin = [scores.sface(probes, one) for one in examination.cohort]
    best = max((one for one in kin if one is not None), default=None)
    margin = own - best if own is not None and best is not None else None
    comparison = Comparison(own, None, own, own, own, examination.background)
    return comparison, Cohort(best, margin, tuple(Likeness(one, one) for one in kin))


def template(face: Vector) -> Template:
    """Return an invented face as a template."""
    return Template(Embedder.SFACE, "simulated", tuple(float(one) for one in face))


def models_of(version: str) -> tuple[ModelUsed, ...]:
    """Return what a report names as its models."""
    return (ModelUsed("simulated", version, hashlib.sha256(version.encode()).hexdigest()),)
