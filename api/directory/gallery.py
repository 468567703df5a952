"""Every reference that is in use or waits, searched exactly: whose face is this photo like?"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from matcher.comparison import scores
from matcher.types import Template
from models import tables
from models.domain.identity.held import HeldState, Likeness
from models.domain.policy import Policy

LENGTH = 128
CANDIDATES = 50
# Another process may commit a row a little after the time that stands in it.
OVERLAP = timedelta(minutes=1)
WAITING = (HeldState.PENDING, HeldState.HELD)


@dataclass(frozen=True, slots=True)
class Reference:
    """One photo with its templates, opened."""

    id: str
    person_id: str
    sha256: str
    templates: tuple[Template, ...]


def likeness(probe: Sequence[Template], references: Sequence[Template], policy: Policy) -> float | None:
    """Return the score of one photo against others as a check would give it, None without templates."""
    vectors = {str(one.engine): np.asarray(one.vector, np.float32) for one in probe}
    cosine = scores.sface([vectors["sface"]], references) if "sface" in vectors else None
    zone = (policy.grey_low, policy.grey_high)
    if cosine is None or "dlib" not in vectors or not zone[0] <= cosine <= zone[1]:
        return cosine
    distance = scores.dlib(vectors["dlib"], references)
    return cosine if distance is None else float(scores.fused(cosine, distance, zone))


def opened(ports: Ports, row: tables.Enrolment | tables.HeldPhoto) -> Reference:
    """Return a row with its templates."""
    kind = "enrolment" if isinstance(row, tables.Enrolment) else "held_photo"
    sealed = ports.vault.text(f"{kind}.templates:{row.id}", row.templates) if row.templates else "[]"
    templates = tuple(Template.from_json(one) for one in json.loads(sealed))
    return Reference(row.id, row.person_id, row.photo_sha256, templates)


class Gallery:
    """One matrix of unit vectors, brought up to date before each search."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._vectors: NDArray[np.float32] = np.zeros((1024, LENGTH), np.float32)
        self._owners: list[str] = []
        self._ids: list[str] = []
        self._known: set[str] = set()
        self._since = datetime(1970, 1, 1, tzinfo=UTC)

    def others(self, db: Session, photo: Reference, policy: Policy) -> list[Likeness]:
        """Return how like a photo is to those of everybody else that come near it."""
        self._refresh(db)
        near = self._near(photo)
        found = {one.id: one for one in self._current(db, near)}
        same = self._same_file(db, photo)
        return [
            Likeness(
                one.person_id,
                likeness(photo.templates, one.templates, policy) or -1.0,
                one.sha256 == photo.sha256,
            )
            for one in {**found, **{one.id: one for one in same}}.values()
        ]

    def _near(self, photo: Reference) -> list[str]:
        """Return the ids of the nearest references of others, the nearest first."""
        vector = next((np.asarray(one.vector) for one in photo.templates if one.engine == "sface"), None)
        if vector is None or not self._owners:
            return []
        cosines = self._vectors[: len(self._owners)] @ vector.astype(np.float32)
        best = np.argsort(-cosines, kind="stable")[: CANDIDATES + 10]
        return [self._ids[place] for place in best if self._owners[place] != photo.person_id][:CANDIDATES]

    def _current(self, db: Session, ids: Sequence[str]) -> Iterable[Reference]:
        """Yield those of the references that are still in use or waiting."""
        enrolment, held = tables.Enrolment, tables.HeldPhoto
        in_use = select(enrolment).where(enrolment.id.in_(ids), enrolment.revoked_at.is_(None))
        waiting = select(held).where(held.id.in_(ids), held.state.in_(WAITING))
        yield from (opened(self._ports, row) for row in [*db.scalars(in_use), *db.scalars(waiting)])

    def _same_file(self, db: Session, photo: Reference) -> Iterable[Reference]:
        """Yield the references of others that are this very file."""
        enrolment, held = tables.Enrolment, tables.HeldPhoto
        in_use = select(enrolment).where(
            enrolment.photo_sha256 == photo.sha256, enrolment.revoked_at.is_(None)
        )
        waiting = select(held).where(held.photo_sha256 == photo.sha256, held.state.in_(WAITING))
        for row in [*db.scalars(in_use), *db.scalars(waiting)]:
            if row.person_id != photo.person_id:
                yield opened(self._ports, row)

    def _refresh(self, db: Session) -> None:
        """Take in what was added since the last search."""
        enrolment, held = tables.Enrolment, tables.HeldPhoto
        since = self._since - OVERLAP
        in_use = select(enrolment).where(enrolment.created_at >= since, enrolment.revoked_at.is_(None))
        waiting = select(held).where(held.created_at >= since, held.state.in_(WAITING))
        for wanted in (in_use, waiting):
            for row in db.scalars(wanted.execution_options(yield_per=500)):
                self._since = max(self._since, row.created_at)
                if row.id not in self._known:
                    self._add(opened(self._ports, row))

    def _add(self, photo: Reference) -> None:
        vector = next((one.vector for one in photo.templates if one.engine == "sface"), None)
        if vector is None:
            return
        place = len(self._owners)
        if place == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        unit = np.asarray(vector, np.float32)
        self._vectors[place] = unit / max(float(np.linalg.norm(unit)), 1e-9)
        self._owners.append(photo.person_id)
        self._ids.append(photo.id)
        self._known.add(photo.id)
