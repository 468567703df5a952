"""Selects the templates of a comparison between strangers: insured adults, by sex and age band."""

from collections import defaultdict
from collections.abc import Sequence
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory.gallery import opened
from api.ports import Ports
from matcher.comparison import sets
from matcher.types import Embedder
from models import tables
from models.domain.person import ADULT, age
from models.domain.record.fact import age_band
from models.domain.release.strangers import LEAST, MOST
from models.domain.sandbox import ID_PREFIX

AT_ONCE = 200


def chosen(ports: Ports, db: Session, run_id: str) -> dict[tuple[str, str], list[str]]:
    """Return up to MOST adults of each sex and age band, drawn by a keyed hash of run and person."""
    person, today = tables.Person, ports.today()
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    wanted = select(person.id, person.sex, person.birth).where(
        person.deleted_at.is_(None),
        person.birth.is_not(None),
        person.sex.is_not(None),
        person.id.not_like(f"{ID_PREFIX}%"),
        person.id_index.not_in(select(tables.Tombstone.id_index)),
    )
    for person_id, sex, birth in db.execute(wanted):
        if birth is not None and age(birth, today) >= ADULT:
            cells[str(sex), age_band(birth, today)].append(person_id)
    return {
        cell: nsmallest(MOST, ids, key=lambda one: ports.vault.index("strangers", f"{run_id}:{one}"))
        for cell, ids in cells.items()
        if len(ids) >= LEAST
    }


def families(db: Session) -> dict[str, int]:
    """Return the family number of every person: connected components of all family links."""
    root: dict[str, str] = {}

    def top(one: str) -> str:
        while (above := root.setdefault(one, one)) != one:
            root[one] = root[above]
            one = above
        return one

    link = tables.FamilyLink
    for person_id, relative_id in db.execute(select(link.person_id, link.relative_id)):
        root[top(person_id)] = top(relative_id)
    numbers: dict[str, int] = {}
    return {one: numbers.setdefault(top(one), len(numbers)) for one in list(root)}


def vectors(
    ports: Ports, persons: Sequence[str], engine: Embedder = Embedder.SFACE
) -> tuple[NDArray[np.float32], list[str]]:
    """Return a unit vector of each person's oldest reference in use, with its person."""
    found: dict[str, NDArray[np.float32]] = {}
    row = tables.Enrolment
    for first in range(0, len(persons), AT_ONCE):
        some = row.person_id.in_(persons[first : first + AT_ONCE])
        with ports.database.reading() as db:
            rows = db.scalars(select(row).where(some, row.revoked_at.is_(None)).order_by(row.created_at))
            for photo in (opened(ports, one) for one in rows):
                for face in sets.faces(photo.templates, engine):
                    found.setdefault(photo.person_id, face)
    stacked = np.array(list(found.values()), np.float32).reshape(len(found), -1)
    return stacked / np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-9), list(found)
