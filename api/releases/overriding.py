"""Operators' actions on overrides of the policy; each is recorded as an act, in its own transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.policies import floors, overriding, sets, versions
from api.ports import Ports
from api.releases.proposing import EVIDENCE
from models import tables
from models.domain.chain import canonical
from models.domain.console.act import ActKind
from models.domain.errors import Absent, Conflict, Invalid
from models.domain.named import noted
from models.domain.release import overrides as rules
from models.domain.release.overrides import Place
from models.domain.release.stages import may_approve
from models.vault import CannotOpen


@dataclass(frozen=True, slots=True)
class Wanted:
    """An override as it is asked for: where it holds, its values, until when, and why."""

    place: Place
    key: str
    values: Mapping[str, Any]
    ends_at: datetime
    reason: str


def place(override_id: str) -> str:
    """Return the place to which an override's reason is sealed."""
    return f"policy_override.reason:{override_id}"


def propose(ports: Ports, actor: str, wanted: Wanted) -> tables.PolicyOverride:
    """Return a new override, not in force yet.

    Raises Invalid (`override_invalid`, `override_loosens`, `override_end`, `policy_invalid`), Conflict
    `below_floor`, or Conflict `override_open` where one of its fields is overridden there already.
    """
    reason, now = noted(wanted.reason), ports.now()
    rules.check_end(wanted.ends_at, now)
    with ports.database.transaction() as db:
        hold(db, "releases")
        _check_place(db, wanted)
        if sets.migration(db) is not None and set(wanted.values) & rules.SCORES:
            raise Conflict("two model sets are in use, with scales of their own", code="migration_open")
        if _clashes(db, wanted, now):
            raise Conflict("there is an override of this already", code="override_open")
        floors.hold(ports, rules.check(wanted.place, wanted.key, wanted.values, versions.active(db)))
        row = tables.PolicyOverride(
            id=ports.new_id("ovr"),
            place=wanted.place,
            key=wanted.key,
            changes=dict(wanted.values),
            proposer=actor,
            proposed_at=now,
            ends_at=wanted.ends_at,
        )
        row.reason = ports.vault.seal(place(row.id), reason)
        overriding.seal(ports, row)
        db.add(row)
        told = {"where": f"{row.place} {row.key}", "values": canonical(row.changes), "reason": reason}
        record(ports, db, Entry(actor, ActKind.OVERRIDE_PROPOSED, row.id, told))
        return row


def approve(ports: Ports, actor: str, override_id: str) -> None:
    """Put a proposed override in force for every attempt that begins from now on.

    Raises Conflict `own_proposal` for its proposer, `evidence_expired` a week after the proposal,
    `wrong_state` once it is in force or over, and what `propose` raises for its values.
    """
    with ports.database.transaction() as db:
        row, now = _held(db, override_id), ports.now()
        if row.approved_at is not None or row.ended_at is not None or not overriding.is_whole(ports, row):
            raise Conflict("it does not wait for an approval", code="wrong_state")
        may_approve(row.proposer, actor)
        if not row.proposed_at <= now < min(row.proposed_at + EVIDENCE, row.ends_at):
            raise Conflict("the proposal is more than a week old", code="evidence_expired")
        floors.hold(ports, rules.check(row.place, row.key, row.changes, versions.active(db)))
        row.approver, row.approved_at = actor, now
        overriding.seal(ports, row)
        record(ports, db, Entry(actor, ActKind.OVERRIDE_APPROVED, row.id))


def end(ports: Ports, actor: str, override_id: str, reason: str) -> None:
    """End an override, or take its proposal back; attempts that have begun keep it."""
    reason = noted(reason)
    with ports.database.transaction() as db:
        row = _held(db, override_id)
        if row.ended_at is not None or ports.now() >= row.ends_at:
            raise Conflict("it is over", code="wrong_state")
        row.ended_by, row.ended_at = actor, ports.now()
        overriding.seal(ports, row)
        record(ports, db, Entry(actor, ActKind.OVERRIDE_ENDED, row.id, {"reason": reason}))


def reason_of(ports: Ports, row: tables.PolicyOverride) -> str:
    """Return why an override was proposed; raises CannotOpen."""
    return ports.vault.text(place(row.id), row.reason)


@dataclass(frozen=True, slots=True)
class WrongOverride:
    """One altered override and the part that fails: `row`, `reason`, or `missing` for a deleted row."""

    override_id: str
    part: str


def altered(ports: Ports) -> list[WrongOverride]:
    """Return the overrides that are not what was proposed and approved, and those that are gone."""
    with ports.database.reading() as db:
        rows, known = overriding.all_of(db), overriding.ids(db)
        act = tables.Act
        proposed = set(db.scalars(select(act.subject).where(act.kind == ActKind.OVERRIDE_PROPOSED)))
    parts = dict.fromkeys(known - {row.id for row in rows}, "row")
    parts |= {row.id: part for row in rows if (part := _altered(ports, row)) is not None}
    parts |= {one: "missing" for one in proposed - known if one}
    return [WrongOverride(*one) for one in sorted(parts.items())]


def _altered(ports: Ports, row: tables.PolicyOverride) -> str | None:
    """Return the altered part of an override, or None."""
    if not overriding.is_whole(ports, row):
        return "row"
    try:
        reason_of(ports, row)
    except (CannotOpen, UnicodeDecodeError):
        return "reason"
    return None


def _check_place(db: Session, wanted: Wanted) -> None:
    """Raise Invalid `override_invalid` for an institution or a district that nobody knows."""
    shop = tables.Institution
    column = {Place.INSTITUTION: shop.id, Place.DISTRICT: shop.district}.get(wanted.place)
    if column is not None and db.scalar(select(shop.id).where(column == wanted.key).limit(1)) is None:
        raise Invalid("there is no such place", code="override_invalid")


def _clashes(db: Session, wanted: Wanted, now: datetime) -> bool:
    """Tell whether a field is overridden at this place already, or is proposed to be."""
    row = tables.PolicyOverride
    same = select(row).where(row.place == wanted.place, row.key == wanted.key, row.ended_at.is_(None))
    waits = (one for one in overriding.loaded(db, same.where(row.ends_at > now)) if not _has_lapsed(one, now))
    return any(set(one.changes) & set(wanted.values) for one in waits)


def _has_lapsed(row: tables.PolicyOverride, now: datetime) -> bool:
    """Tell whether a proposal can no longer be approved."""
    return row.approved_at is None and now >= row.proposed_at + EVIDENCE


def _held(db: Session, override_id: str) -> tables.PolicyOverride:
    """Return an override, locked until this transaction ends."""
    hold(db, "releases")
    row = db.get(tables.PolicyOverride, override_id)
    if row is None:
        raise Absent("no such override")
    return row
