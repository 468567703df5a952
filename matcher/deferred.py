"""A matcher in this process that loads its engines on first use."""

import threading
from collections.abc import Sequence
from pathlib import Path

from matcher import weights
from matcher.liveness import actions as rules
from matcher.protocol import Matcher
from matcher.types import Background, Embedder, Enrolment, Examination, Frame, Observation, Report


class DeferredMatcher:
    """A LocalMatcher whose engines (about 200 MB with their libraries) are loaded on first use.

    For processes that rarely or never examine pictures. The weight files are checked at construction: raises
    WrongWeights.
    """

    def __init__(self, sets: int = 1, pad_dir: Path | None = None) -> None:
        weights.check(pad_dir)
        self._sets, self._pad_dir = sets, pad_dir
        self._matcher: Matcher | None = None
        self._loading = threading.Lock()
        self._backgrounds: dict[str, Background] = {}

    def observe(
        self, frames: Sequence[Frame], previous: Sequence[Observation] = (), seed: int = 0
    ) -> list[Observation]:
        """Return what each frame shows, in the frames' order; raises BadImage."""
        return self._loaded().observe(frames, previous, seed)

    def progress(self, actions: Sequence[str], observations: Sequence[Observation]) -> list[bool]:
        """Return which of the actions have been seen so far; needs no engine."""
        return rules.progress(actions, observations)

    def examine(self, examination: Examination) -> Report:
        """Return the facts about a whole capture; raises BadImage."""
        return self._loaded().examine(examination)

    def enrol(self, photo: bytes) -> Enrolment:
        """Return a reference photo's templates, or its defect; raises BadImage."""
        return self._loaded().enrol(photo)

    def learn(self, background: Background) -> None:
        """Store a background for score normalisation; loads no engine."""
        with self._loading:
            if self._matcher is not None:
                self._matcher.learn(background)
            else:
                self._backgrounds[background.version] = background

    def has_pad(self) -> bool:
        """Tell whether there are PAD weights; loads no engine."""
        return self._pad_dir is not None

    def model_sets(self) -> tuple[Embedder, ...]:
        """Return the model sets that compare here; loads no engine."""
        return tuple(Embedder)

    def _loaded(self) -> Matcher:
        """Return the matcher, loaded once for all threads."""
        with self._loading:
            if self._matcher is None:
                # Imported here, because importing it loads OpenCV and dlib.
                from matcher.local import LocalMatcher  # noqa: PLC0415

                self._matcher = LocalMatcher(self._sets, self._pad_dir)
                for background in self._backgrounds.values():
                    self._matcher.learn(background)
                self._backgrounds.clear()
            return self._matcher
