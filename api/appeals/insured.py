"""Whose appeal it is, masked: the person, their references, and other appeals of person or phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select, union_all
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.identity.held import HeldState
from models.domain.person import Sex, age, mask, sex_of

OTHERS = 20


class Source(StrEnum):
    """Where a reference came from."""

    IMPORTED = "imported"
    REVIEWED = "reviewed"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True)
class Insured:
    """The masked person; `references` are time and source of the photos in use, the newest first."""

    name: str | None
    sex: str | None
    age: int | None
    references: Sequence[tuple[datetime, Source]]


@dataclass(frozen=True, slots=True)
class Other:
    """Another appeal of the same insured or from the same phone."""

    row: tables.Appeal
    institution: str
    amount_fen: int
    same_person: bool
    same_phone: bool


def insured(ports: Ports, db: Session, row: tables.Appeal) -> Insured | None:
    """Return whom the appeal is about, None where nobody had been chosen; no name once they are erased."""
    person = db.get(tables.Person, row.person_id) if row.person_id else None
    if person is None:
        return None
    if person.deleted_at is not None:
        return Insured(None, None, None, ())
    sex = sex_of(person.sex) or Sex.UNKNOWN
    return Insured(
        mask(ports.vault.text(f"person.name:{person.id}", person.name)),
        None if sex is Sex.UNKNOWN else sex.value,
        age(person.birth, ports.today()) if person.birth else None,
        _references(db, person.id),
    )


def _references(db: Session, person_id: str) -> list[tuple[datetime, Source]]:
    photo, held, renewal = tables.Enrolment, tables.HeldPhoto, tables.Renewal
    renewed = exists().where(renewal.person_id == person_id, renewal.photo_id == photo.id)
    accepted = held.person_id == person_id, held.photo_key == photo.photo_key
    reviewed = exists().where(*accepted, held.state == HeldState.ACCEPTED)
    mine = select(photo.created_at, renewed, reviewed).where(photo.person_id == person_id)
    newest = mine.where(photo.revoked_at.is_(None)).order_by(photo.created_at.desc(), photo.id)
    return [(at, _source(again, judged)) for at, again, judged in db.execute(newest)]


def _source(renewed: bool, reviewed: bool) -> Source:
    if renewed:
        return Source.RENEWED
    return Source.REVIEWED if reviewed else Source.IMPORTED


def others(db: Session, row: tables.Appeal) -> list[Other]:
    """Return the newest other appeals of the same insured and of the same phone, newest first."""
    appeal, shop, purchase = tables.Appeal, tables.Institution, tables.Verification
    by = [appeal.openid_index == row.openid_index]
    by += [appeal.person_id == row.person_id] if row.person_id else []
    # Each limited by itself, so that its own index serves it.
    some = (select(appeal.id).where(one).order_by(appeal.created_at.desc()).limit(OTHERS + 1) for one in by)
    ids = union_all(*(select(one.subquery().c.id) for one in some))
    wanted = (
        select(appeal, shop.name, purchase.amount_fen)
        .join(shop, shop.id == appeal.institution_id)
        .join(purchase, purchase.id == appeal.verification_id)
        .where(appeal.id.in_(ids), appeal.id != row.id)
        .order_by(appeal.created_at.desc())
    )
    return [
        Other(one, name, fen, _same(one.person_id, row.person_id), one.openid_index == row.openid_index)
        for one, name, fen in db.execute(wanted)
    ]


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other
