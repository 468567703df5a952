"""Similarity of two photos, on the scale of checks at the till."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from api.directory import background
from api.policies import versions
from api.ports import Ports
from matcher.comparison import background as normalising
from matcher.comparison import scores, sets
from matcher.types import Embedder, Template
from models.domain.identity.held import alike_from
from models.domain.policy import Policy

NO_FACES = np.empty((0, normalising.DIMENSIONS), np.float32)


class Compared(NamedTuple):
    """The nearest reference's cosine, and the score that a check would use."""

    cosine: float
    score: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The policy in force and the background faces (n, 128); none for unnormalised scores."""

    policy: Policy
    faces: NDArray[np.float32]

    @property
    def engine(self) -> Embedder:
        """Return the model set that scores are of."""
        return Embedder(self.policy.model_set)

    def least(self, hard: bool) -> float:
        """Return the score from which two photos show one person; `hard`: under 18, or 60 and over."""
        return self.policy.least_score(normalised=len(self.faces) > 0, old=hard)

    def alike(self, hard: bool, persons: int) -> float:
        """Return the score from which a photo resembles one of `persons` persons more than by chance."""
        return alike_from(self.least(hard), persons)

    def between(self, photo: Sequence[Template], others: Sequence[Template]) -> Compared | None:
        """Return the similarity to another person's photo; None without templates on both sides."""
        probes = sets.faces(photo, self.engine)
        found = normalising.normalised(probes[:1], others, self.faces, self.engine)
        if found is None:
            return None
        return Compared(found.cosine, self._raw(photo, others, found.cosine) - found.excess)

    def _raw(self, photo: Sequence[Template], others: Sequence[Template], cosine: float) -> float:
        """Return the cosine, fused with dlib's distance where the policy says so."""
        zone = (self.policy.grey_low, self.policy.grey_high)
        own = scores.vectors(photo, Embedder.DLIB) if self.engine is Embedder.SFACE else []
        distance = scores.dlib(own[0], others) if own and zone[0] <= cosine <= zone[1] else None
        return cosine if distance is None else scores.fused(cosine, distance, zone)


def scale(ports: Ports, db: Session) -> Scale:
    """Return the scale under the policy and the background in force."""
    policy = versions.active(db)
    held = background.held(ports.within(db), policy.model_set)
    return Scale(policy, normalising.matrix(held) if held else NO_FACES)
