"""Purchases by agents as the card-holder sees them, their disputes (不是我授权的) and the findings."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from api.acts import impartial, ledger
from api.acts.ledger import Entry
from api.ports import Ports
from api.privacy.rights import own_persons
from api.verification import case as cases
from api.verification.record import Change, record
from models import tables
from models.domain.agent import Finding, may_conclude
from models.domain.console.act import ActKind
from models.domain.errors import Absent
from models.domain.named import named, noted
from models.domain.person import User


@dataclass(frozen=True, slots=True)
class Bought:
    """One purchase by an agent, with its institution."""

    row: tables.AgentPurchase
    verification: tables.Verification
    institution: tables.Institution


def purchases(ports: Ports, user: User) -> list[Bought]:
    """Return agents' purchases with the cards of this phone's owner, newest first.

    Raises Forbidden `recent_pass_needed` where neither a proven binding nor a recent pass identifies the
    owner.
    """
    with ports.database.reading() as db:
        mine = _select().where(tables.AgentPurchase.cardholder_id.in_(own_persons(ports, db, user)))
        found = db.execute(mine.order_by(tables.AgentPurchase.created_at.desc()).limit(200))
        return [Bought(*one) for one in found]


def dispute(ports: Ports, user: User, agency_id: str, statement: str | None) -> Bought:
    """Record that the card-holder did not authorise a purchase; idempotent."""
    with ports.database.transaction() as db:
        own, row = own_persons(ports, db, user), db.get(tables.AgentPurchase, agency_id)
        if row is None or row.cardholder_id not in own:
            raise Absent
        case = cases.current(ports, db, row.verification_id)
        # Read again under the verification's lock, so that of two concurrent requests one records.
        db.refresh(row)
        if row.disputed_at is None:
            row.disputed_at = ports.now()
            if statement is not None:
                row.statement = ports.vault.seal(f"agency.statement:{row.id}", statement)
            said = {"openid": user.openid, "statement": statement}
            change = Change("agent.disputed", case.attempt(row.attempt_id), private=said)
            record(ports, case.db, case.verification, change)
        return Bought(row, case.verification, case.institution)


def _select() -> Select[tables.AgentPurchase, tables.Verification, tables.Institution]:
    """Select agents' purchases with their institutions."""
    return (
        select(tables.AgentPurchase, tables.Verification, tables.Institution)
        .join(tables.Verification, tables.Verification.id == tables.AgentPurchase.verification_id)
        .join(tables.Institution, tables.Institution.id == tables.Verification.institution_id)
    )


def disputed(ports: Ports, *, concluded: bool = False) -> list[Bought]:
    """Return disputed purchases, oldest first: those awaiting a finding, or with `concluded` all."""
    wanted = _select().where(tables.AgentPurchase.disputed_at.is_not(None))
    if not concluded:
        wanted = wanted.where(tables.AgentPurchase.finding.is_(None))
    with ports.database.reading() as db:
        found = db.execute(wanted.order_by(tables.AgentPurchase.disputed_at))
        return [Bought(*one) for one in found]


@dataclass(frozen=True, slots=True)
class Judge:
    """The account that concludes a dispute."""

    operator_id: str
    name: str


def conclude(ports: Ports, agency_id: str, finding: Finding, judge: Judge, note: str) -> None:
    """Record the finding on a disputed purchase, once, as an act; the verification keeps its state.

    Raises Absent, Invalid without a reviewer's name or a note, Forbidden `not_impartial`, and Conflict
    `wrong_state` where the purchase is not disputed or already has a finding.
    """
    reviewer, note = named(judge.name), noted(note)
    with ports.database.transaction() as db:
        row = db.get(tables.AgentPurchase, agency_id)
        if row is None:
            raise Absent("no such purchase")
        shop = db.get_one(tables.Verification, row.verification_id).institution_id
        impartial.require(db, judge.operator_id, (row.cardholder_id, row.agent_id), shop)
        case = cases.current(ports, db, row.verification_id)
        db.refresh(row)
        may_conclude(row.disputed_at, row.finding)
        row.finding, row.concluded_at, row.reviewer = finding, ports.now(), reviewer
        row.note = ports.vault.seal(f"agency.note:{row.id}", note)
        said = {"finding": finding, "reviewer": reviewer}
        change = Change("agent.concluded", case.attempt(row.attempt_id), private=said)
        record(ports, case.db, case.verification, change)
        done = Entry(judge.operator_id, ActKind.DISPUTE_CONCLUDED, agency_id, {"finding": str(finding)})
        ledger.record(ports, db, done)


def exhibit(ports: Ports, agency_id: str) -> tuple[Bought, str]:
    """Return one purchase with the card-holder's statement, for the operator."""
    with ports.database.reading() as db:
        found = db.execute(_select().where(tables.AgentPurchase.id == agency_id)).first()
    if found is None:
        raise Absent("no such purchase")
    row = found[0]
    said = ports.vault.text(f"agency.statement:{row.id}", row.statement) if row.statement else ""
    return Bought(*found), said
