"""The interfaces of the matcher and of its PAD."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.types import Background, Embedder, Enrolment, Examination, Frame, Observation, Report

Picture = NDArray[np.uint8]
Vector = NDArray[np.float32]


class Matcher(Protocol):
    """A matcher, in this process or behind HTTP; every method may be repeated with the same result."""

    def observe(
        self, frames: Sequence[Frame], previous: Sequence[Observation] = (), seed: int = 0
    ) -> list[Observation]:
        """Return what each frame shows; `seed` draws the motion frames that are embedded and judged by PAD.

        Raises BadImage for what is not a picture, MatcherUnavailable when there is no answer.
        """

    def progress(self, actions: Sequence[str], observations: Sequence[Observation]) -> list[bool]:
        """Return which of the actions have been seen so far, in the order asked for."""

    def examine(self, examination: Examination) -> Report:
        """Return the facts about a whole capture."""

    def learn(self, background: Background) -> None:
        """Keep a background in memory, so that examinations may name it; the oldest of a few is forgotten."""

    def enrol(self, photo: bytes) -> Enrolment:
        """Return the templates of a reference photo, or what is wrong with it."""

    def has_pad(self) -> bool:
        """Tell whether frames are judged by PAD; raises MatcherUnavailable when there is no answer."""

    def model_sets(self) -> tuple[Embedder, ...]:
        """Return the model sets that can compare; raises MatcherUnavailable when there is no answer."""


class PresentationAttackDetector(Protocol):
    """Tells live faces from pictures of faces (ISO/IEC 30107-3)."""

    def live(self, picture: Picture, box: tuple[float, float, float, float]) -> float:
        """Return P(bona fide), 0–1, for one frame."""
