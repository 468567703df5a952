"""The matcher in this process."""

import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2

from matcher.comparison.looks import LooksNets
from matcher.errors import UnknownBackground
from matcher.examine import examine
from matcher.imaging import decode, quality
from matcher.imaging.detector import Face
from matcher.imaging.quality import PORTRAIT
from matcher.liveness import actions as rules
from matcher.models import Models, load
from matcher.observe import observe
from matcher.protocol import Picture, Vector
from matcher.types import (
    Background,
    Embedder,
    Enrolment,
    Examination,
    Frame,
    Hint,
    Observation,
    Report,
    Template,
)

BORDER = 0.3
BACKGROUNDS = 4


class BothWays(NamedTuple):
    """A photo as a probe (128,) and as a reference; `hint` is why enrolment would refuse the face."""

    probe: Vector
    templates: tuple[Template, ...]
    hint: Hint | None


class LocalMatcher:
    """A pool of model sets, each serving one thread at a time.

    `sets`: how many threads may work at once; `pad_dir`: folder with the PAD weights, or None. Raises
    WrongWeights.
    """

    def __init__(self, sets: int = 1, pad_dir: Path | None = None) -> None:
        cv2.setNumThreads(1)
        self._free: queue.Queue[Models] = queue.Queue()
        for _ in range(sets):
            self._free.put(load(pad_dir))
        self._backgrounds: dict[str, Background] = {}
        self._looks = LooksNets()
        self._has_pad = pad_dir is not None

    @contextmanager
    def _models(self) -> Iterator[Models]:
        models = self._free.get()
        try:
            yield models
        finally:
            self._free.put(models)

    def observe(
        self, frames: Sequence[Frame], previous: Sequence[Observation] = (), seed: int = 0
    ) -> list[Observation]:
        """Return what each frame shows, in the frames' order; raises BadImage."""
        with self._models() as models:
            return observe(models, frames, previous, seed)

    def progress(self, actions: Sequence[str], observations: Sequence[Observation]) -> list[bool]:
        """Return which of the actions have been seen so far, in the order asked for."""
        return rules.progress(actions, observations)

    def examine(self, examination: Examination) -> Report:
        """Return the facts about a whole capture; raises BadImage, UnknownBackground."""
        known = self._backgrounds
        for version in (examination.background, examination.other and examination.other.background):
            if version and version not in known:
                raise UnknownBackground(version)
        with self._models() as models:
            return examine(models, examination, known)

    def learn(self, background: Background) -> None:
        """Store a background in memory; beyond a few, the oldest is dropped."""
        kept = {**self._backgrounds, background.version: background}
        self._backgrounds = dict(list(kept.items())[-BACKGROUNDS:])

    def enrol(self, photo: bytes) -> Enrolment:
        """Return a reference photo's templates, or its defect; raises BadImage."""
        picture = decode.photo(photo)
        with self._models() as models:
            return _enrolled(models, picture, self._looks)

    def has_pad(self) -> bool:
        """Tell whether PAD weights are loaded."""
        return self._has_pad

    def model_sets(self) -> tuple[Embedder, ...]:
        """Return the model sets that compare here."""
        return tuple(Embedder)

    def both_ways(self, photo: bytes) -> "BothWays | None":
        """Return a photo's main face as a probe and as a reference, whatever its quality, for evaluation.

        Other people in the photo do not matter. None without any face; raises BadImage.
        """
        picture = decode.photo(photo)
        with self._models() as models:
            picture, faces = _found(models, picture)
            if not faces:
                return None
            face = _main(picture, faces)
            reading = models.mesh.read(picture, face)
            probe = models.sface.quick(picture, reading.landmarks)
            hint = quality.hint(quality.measure(picture, [face], reading), PORTRAIT)
            return BothWays(probe, _templates(models, picture, face), hint)


def _found(models: Models, picture: Picture) -> tuple[Picture, list[Face]]:
    """Return the photo, with a border where needed, and its faces."""
    faces = models.detector.faces(picture)
    if faces:
        return picture, faces
    # The detector misses a face that fills the photo, but finds it inside a border.
    framed = _framed(picture)
    return framed, models.detector.faces(framed)


def _main(picture: Picture, faces: list[Face]) -> Face:
    """Return the main face: the largest, with a penalty for distance from the centre."""
    height, width = picture.shape[:2]

    def worth(face: Face) -> float:
        x, y, w, h = face.box
        return float(h / height - abs(x + w / 2 - width / 2) / width - abs(y + h / 2 - height / 2) / height)

    return max(faces, key=worth)


def _enrolled(models: Models, picture: Picture, looks: LooksNets) -> Enrolment:
    """Return both engines' templates of the photo's single face, and its estimated sex and age."""
    picture, faces = _found(models, picture)
    if not faces:
        return Enrolment(Hint.NO_FACE)
    measured = quality.measure(picture, faces, models.mesh.read(picture, faces[0]))
    verdict = quality.hint(measured, PORTRAIT)
    if verdict is not None:
        return Enrolment(verdict, measured.components())
    templates = _templates(models, picture, faces[0])
    return Enrolment("ok", measured.components(), templates, looks.look(picture, faces[0].box))


def _templates(models: Models, picture: Picture, face: Face) -> tuple[Template, ...]:
    """Return one template per engine."""
    versions = {one.name: one.version for one in models.described}
    landmarks = models.mesh.landmarks(picture, face)
    vectors = {
        Embedder.SFACE: models.sface.embed(picture, landmarks),
        Embedder.DLIB: models.dlib.embed(picture, face.box),
    }
    return tuple(Template(name, versions[name], tuple(map(float, v))) for name, v in vectors.items())


def _framed(picture: Picture) -> Picture:
    """Return the photo with a grey border of a third of its size."""
    border = round(BORDER * max(picture.shape[:2]))
    grey = (127.0, 127.0, 127.0)
    return cv2.copyMakeBorder(picture, border, border, border, border, cv2.BORDER_CONSTANT, value=grey)  # type: ignore[return-value]
