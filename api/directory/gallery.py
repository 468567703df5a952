"""Exact search for references, in use or held, whose face is similar to a photo's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from api.directory import templates
from api.directory.likeness import Scale
from api.ports import Ports
from matcher.comparison import sets
from matcher.types import Embedder, Template
from models import tables
from models.domain.identity.held import HeldState, Likeness

LENGTH = 128
CANDIDATES = 50
# A row may be committed somewhat later than its timestamp says.
OVERLAP = timedelta(minutes=1)
AT_ONCE = 500
WAITING = (HeldState.PENDING, HeldState.HELD, HeldState.OFFERED)


@dataclass(frozen=True, slots=True)
class Reference:
    """One photo with its decrypted templates."""

    id: str
    person_id: str
    sha256: str
    templates: tuple[Template, ...]


def likeness(scale: Scale, photo: Reference, other: Reference) -> Likeness:
    """Return how similar a photo is to one of another person."""
    found = scale.between(photo.templates, other.templates)
    cosine, score = found or (-1.0, -1.0)
    return Likeness(other.person_id, cosine, score, other.sha256 == photo.sha256)


def opened(ports: Ports, row: tables.Enrolment | tables.HeldPhoto) -> Reference:
    """Return a row with its decrypted templates."""
    others = row.others if isinstance(row, tables.Enrolment) else []
    found = templates.opened(ports, f"{row.__tablename__}.templates:{row.id}", row.templates)
    for one in others:
        found += templates.opened(ports, f"template.vector:{row.id}:{one.model_set}", one.vector)
    return Reference(row.id, row.person_id, row.photo_sha256, found)


class Vectors:
    """A matrix of one model set's faces with their persons, searched exactly."""

    def __init__(self, engine: Embedder = Embedder.SFACE) -> None:
        self.engine = engine
        self._rows: NDArray[np.float32] = np.zeros((1024, LENGTH), np.float32)
        self._owners: list[str] = []
        self._ids: list[str] = []

    def __len__(self) -> int:
        """Return the number of photos."""
        return len(self._owners)

    def add(self, photo: Reference) -> None:
        """Add a photo to the search; one without a template of the set is skipped."""
        vector = self._face(photo)
        if vector is None:
            return
        place = len(self._owners)
        if place == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[place] = vector / max(float(np.linalg.norm(vector)), 1e-9)
        self._owners.append(photo.person_id)
        self._ids.append(photo.id)

    def near(self, photo: Reference, scale: Scale) -> list[str]:
        """Return the ids of similar photos of other persons, most similar first."""
        vector = self._face(photo)
        if vector is None or not self._owners:
            return []
        cosines = sets.similarity(self.engine, self._rows[: len(self._owners)] @ vector)
        best = np.flatnonzero(cosines >= scale.least(False))
        best = best[np.argsort(-cosines[best], kind="stable")][: CANDIDATES + 10]
        return [self._ids[place] for place in best if self._owners[place] != photo.person_id][:CANDIDATES]

    def _face(self, photo: Reference) -> NDArray[np.float32] | None:
        return next(iter(sets.faces(photo.templates, self.engine)), None)


class Gallery:
    """References in use or held; refreshed before each search, or explicitly when `follows` is False."""

    def __init__(self, ports: Ports, follows: bool = True) -> None:
        self._ports, self._follows = ports, follows
        self._start(Embedder.SFACE)

    def _start(self, engine: Embedder) -> None:
        """Forget what was read; faces of this model set are read from now on."""
        self._vectors = Vectors(engine)
        self._known: set[str] = set()
        self._since = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def size(self) -> int:
        """Return the number of photos."""
        return len(self._vectors)

    def others(self, db: Session, photo: Reference, scale: Scale) -> list[Likeness]:
        """Return the similarity to each similar photo of another person."""
        if self._vectors.engine is not scale.engine:
            self._start(scale.engine)
            self.refresh(db)
        elif self._follows:
            self.refresh(db)
        near = self._vectors.near(photo, scale)
        found = {one.id: one for one in self._current(db, near)} if near else {}
        same = {one.id: one for one in self._same_file(db, photo)}
        return [likeness(scale, photo, one) for one in {**found, **same}.values()]

    def _current(self, db: Session, ids: Sequence[str]) -> Iterable[Reference]:
        """Yield those of the references that are still in use or held."""
        enrolment, held = tables.Enrolment, tables.HeldPhoto
        in_use = select(enrolment).where(enrolment.id.in_(ids), enrolment.revoked_at.is_(None))
        waiting = select(held).where(held.id.in_(ids), held.state.in_(WAITING))
        yield from (opened(self._ports, row) for row in [*db.scalars(in_use), *db.scalars(waiting)])

    def _same_file(self, db: Session, photo: Reference) -> Iterable[Reference]:
        """Yield other persons' references with an identical file."""
        enrolment, held = tables.Enrolment, tables.HeldPhoto
        in_use = select(enrolment).where(
            enrolment.photo_sha256 == photo.sha256, enrolment.revoked_at.is_(None)
        )
        waiting = select(held).where(held.photo_sha256 == photo.sha256, held.state.in_(WAITING))
        for row in [*db.scalars(in_use), *db.scalars(waiting)]:
            if row.person_id != photo.person_id:
                yield opened(self._ports, row)

    def refresh(self, db: Session) -> None:
        """Add the rows committed since the last search."""
        enrolment, held = tables.Enrolment, tables.HeldPhoto
        since = self._since - OVERLAP
        in_use = (enrolment.created_at >= since, enrolment.revoked_at.is_(None))
        waiting = (held.created_at >= since, held.state.in_(WAITING))
        for ids in self._new(db.execute(select(enrolment.id, enrolment.created_at).where(*in_use))):
            self._add(db.scalars(select(enrolment).where(enrolment.id.in_(ids))))
        for ids in self._new(db.execute(select(held.id, held.created_at).where(*waiting))):
            self._add(db.scalars(select(held).where(held.id.in_(ids))))

    def _new(self, found: Iterable[Row[str, datetime]]) -> Iterator[list[str]]:
        """Yield the unknown ids by hundreds, and remember the latest time."""
        new = []
        for row_id, at in found:
            self._since = max(self._since, at)
            if row_id not in self._known:
                new.append(row_id)
        for place in range(0, len(new), AT_ONCE):
            yield new[place : place + AT_ONCE]

    def _add(self, rows: Iterable[tables.Enrolment | tables.HeldPhoto]) -> None:
        for row in rows:
            self._vectors.add(opened(self._ports, row))
            self._known.add(row.id)
