"""The impact assessment in force and its purposes. Production does not start without one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.law import assessment as rules
from models.domain.law.assessment import Purpose

HOW = "yibao assessment record DOCUMENT"


class NotAssessed(Exception):
    """Production cannot start: no impact assessment is in force."""


def in_force(db: Session, now: datetime) -> tables.Assessment | None:
    """Return the newest assessment if it is at most a year old, else None."""
    row = tables.Assessment
    newest = db.scalars(select(row).where(row.at <= now).order_by(row.at.desc(), row.id).limit(1)).first()
    return newest if newest is not None and rules.holds(newest.at, now) else None


def hold(db: Session, now: datetime, purpose: Purpose) -> None:
    """Raise Conflict `not_assessed` unless the assessment in force names the purpose."""
    found = in_force(db, now)
    if found is None or purpose not in found.purposes:
        raise rules.not_assessed(purpose)


def hold_start(ports: Ports) -> None:
    """Raise NotAssessed where production would start without an assessment in force; a demo may."""
    if (missing := lacking(ports)) is not None:
        raise NotAssessed(f"cannot start: {missing}")


def lacking(ports: Ports) -> str | None:
    """Return what production lacks in an assessment, or None."""
    if ports.settings.demo:
        return None
    with ports.database.reading() as db:
        found = in_force(db, ports.now())
    if found is None:
        return f"no impact assessment of the last {rules.HOLDS.days} days is on record: {HOW}"
    left_out = rules.ALWAYS - set(found.purposes)
    return f"the impact assessment does not name: {', '.join(sorted(left_out))}" if left_out else None
