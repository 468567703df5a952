"""Which open appeals show one face, and which show staff: compared in memory, no face is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from matcher.errors import BadImage, MatcherUnavailable
from matcher.types import Embedder, Template
from models import tables
from models.domain.abuse.seen import Alike, ShowsStaff
from models.domain.appeal import AppealState
from models.vault import CannotOpen

# A bare cosine that 4 strangers in a million reach (rates.csv, engine sface).
SAME = 0.5
# The newest open appeals, and the pictures of each that are examined: one photo and one frame.
MOST, PICTURES = 200, 2
Faces = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opened:
    """An open appeal: its purchase, shop and person, and the faces it shows, one row each."""

    appeal_id: str
    purchase: str
    shop: str
    person: str
    keys: tuple[str, ...]


def open_ones(db: Session) -> list[Opened]:
    """Return the newest open appeals with the pictures to look at."""
    row, frame, challenge = tables.Appeal, tables.Frame, tables.Challenge
    wanted = select(row).where(row.state == AppealState.LODGED).order_by(row.created_at.desc()).limit(MOST)
    found = []
    for one in db.scalars(wanted):
        kept = (
            select(frame.file_key)
            .join(challenge, challenge.id == frame.challenge_id)
            .where(challenge.attempt_id == one.attempt_id, frame.file_key.is_not(None))
            .limit(1)
        )
        keys = [*one.photo_keys[:1], *(key for key in db.scalars(kept) if key)]
        found.append(
            Opened(
                one.id, one.verification_id, one.institution_id, one.person_id or "", tuple(keys[:PICTURES])
            )
        )
    return found


def compared(
    ports: Ports, appeals: Sequence[Opened], families: dict[str, str]
) -> tuple[list[Alike], list[ShowsStaff]]:
    """Return which of the appeals show one face of two families, and which show staff of their shop."""
    held = ports.faces.of
    for gone in held.keys() - {one.appeal_id for one in appeals}:
        del held[gone]
    for one in appeals:
        if one.appeal_id not in held:
            held[one.appeal_id] = [face for key in one.keys for face in _faces(ports, key)]
    shown = [(one, np.array(held[one.appeal_id], np.float32)) for one in appeals if held[one.appeal_id]]
    return list(_pairs(shown, families)), list(_staff(ports, shown))


def _faces(ports: Ports, key: str) -> Iterator[tuple[float, ...]]:
    """Yield the face of a picture; one that is gone or shows nobody has none."""
    try:
        yield from _vectors(ports.matcher.enrol(ports.objects.get(key)).templates)
    except (KeyError, CannotOpen, BadImage, MatcherUnavailable):
        return


def _vectors(templates: Sequence[Template]) -> list[tuple[float, ...]]:
    return [one.vector for one in templates if one.engine is Embedder.SFACE]


def _pairs(shown: Sequence[tuple[Opened, Faces]], families: dict[str, str]) -> Iterator[Alike]:
    for place, (one, faces) in enumerate(shown):
        for other, others in shown[place + 1 :]:
            score = float((faces @ others.T).max())
            kin = families.get(one.person, one.person) == families.get(other.person, other.person)
            if score >= SAME and not kin:
                yield Alike(one.purchase, other.purchase, score)


def _staff(ports: Ports, shown: Sequence[tuple[Opened, Faces]]) -> Iterator[ShowsStaff]:
    """Yield appeals that show somebody who works where they were lodged and is on record as insured."""
    known: dict[str, list[tuple[str, Faces]]] = {}
    for one, faces in shown:
        if one.shop not in known:
            known[one.shop] = list(_employed(ports, one.shop))
        for person_id, theirs in known[one.shop]:
            score = float((faces @ theirs.T).max())
            if score >= SAME and person_id != one.person:
                yield ShowsStaff(one.purchase, f"{one.shop}#{person_id}", score)


def _employed(ports: Ports, shop: str) -> Iterator[tuple[str, Faces]]:
    row, person = tables.Staff, tables.Person
    wanted = select(person.id).join(row, row.id_index == person.id_index)
    with ports.database.reading() as db:
        ids = db.scalars(wanted.where(row.institution_id == shop, row.revoked_at.is_(None))).all()
    for person_id in ids:
        vectors = _vectors(ports.directory.references(person_id))
        if vectors:
            yield person_id, np.array(vectors, np.float32)
