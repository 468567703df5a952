"""What a card-holder sees of purchases by others, 不是我授权的, and what the operator finds of it."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api.ports import Ports
from api.privacy.rights import proven_person
from api.verification import case as cases
from api.verification.record import Change, record
from models import tables
from models.domain.agent import Finding, may_conclude
from models.domain.errors import Absent
from models.domain.named import named, noted
from models.domain.person import OWN, User


@dataclass(frozen=True, slots=True)
class Bought:
    """One purchase by an agent, with where it was."""

    row: tables.AgentPurchase
    verification: tables.Verification
    institution: tables.Institution


def purchases(ports: Ports, user: User) -> list[Bought]:
    """Return what others bought with the cards of those whose own phone this is, newest first.

    Raises Forbidden `recent_pass_needed` where neither a binding nor a pass shows whose phone it is.
    """
    with ports.database.reading() as db:
        mine = _select().where(tables.AgentPurchase.cardholder_id.in_(_own(ports, db, user)))
        found = db.execute(mine.order_by(tables.AgentPurchase.created_at.desc()).limit(200))
        return [Bought(*one) for one in found]


def dispute(ports: Ports, user: User, agency_id: str, statement: str | None) -> Bought:
    """Record that the card-holder did not authorise a purchase, once; repeated, it changes nothing."""
    with ports.database.transaction() as db:
        own, row = _own(ports, db, user), db.get(tables.AgentPurchase, agency_id)
        if row is None or row.cardholder_id not in own:
            raise Absent
        case = cases.current(ports, db, row.verification_id)
        # Read again under the verification's lock: of two requests at once, one records.
        db.refresh(row)
        if row.disputed_at is None:
            row.disputed_at = ports.now()
            if statement is not None:
                row.statement = ports.vault.seal(f"agency.statement:{row.id}", statement)
            said = {"openid": user.openid, "statement": statement}
            change = Change("agent.disputed", case.attempt(row.attempt_id), private=said)
            record(ports, case.db, case.verification, change)
        return Bought(row, case.verification, case.institution)


def _own(ports: Ports, db: Session, user: User) -> set[str]:
    """Return whose own phone this is known to be: by the import or a face, else by a pass just now."""
    mine = select(tables.Binding.person_id).where(
        tables.Binding.openid_index == user.openid_index,
        tables.Binding.revoked_at.is_(None),
        tables.Binding.proof.in_(OWN),
    )
    return set(db.scalars(mine)) or {proven_person(ports, db, user)}


def _select() -> Select[tables.AgentPurchase, tables.Verification, tables.Institution]:
    """Select purchases by agents with where they were."""
    return (
        select(tables.AgentPurchase, tables.Verification, tables.Institution)
        .join(tables.Verification, tables.Verification.id == tables.AgentPurchase.verification_id)
        .join(tables.Institution, tables.Institution.id == tables.Verification.institution_id)
    )


def disputed(ports: Ports, *, concluded: bool = False) -> list[Bought]:
    """Return the purchases that card-holders did not authorise, oldest dispute first.

    Those that wait for a finding, or with `concluded` all of them.
    """
    wanted = _select().where(tables.AgentPurchase.disputed_at.is_not(None))
    if not concluded:
        wanted = wanted.where(tables.AgentPurchase.finding.is_(None))
    with ports.database.reading() as db:
        found = db.execute(wanted.order_by(tables.AgentPurchase.disputed_at))
        return [Bought(*one) for one in found]


def conclude(ports: Ports, agency_id: str, finding: Finding, reviewer: str, note: str) -> None:
    """Write down what was found of a disputed purchase, once; the purchase keeps its state.

    Raises Absent, Invalid without a reviewer's name or a note, and Conflict `wrong_state` where nothing is
    disputed or something was found before.
    """
    reviewer, note = named(reviewer), noted(note)
    with ports.database.transaction() as db:
        row = db.get(tables.AgentPurchase, agency_id)
        if row is None:
            raise Absent("no such purchase")
        case = cases.current(ports, db, row.verification_id)
        db.refresh(row)
        may_conclude(row.disputed_at, row.finding)
        row.finding, row.concluded_at, row.reviewer = finding, ports.now(), reviewer
        row.note = ports.vault.seal(f"agency.note:{row.id}", note)
        said = {"finding": finding, "reviewer": reviewer}
        change = Change("agent.concluded", case.attempt(row.attempt_id), private=said)
        record(ports, case.db, case.verification, change)


def exhibit(ports: Ports, agency_id: str) -> tuple[Bought, str]:
    """Return one purchase with what the card-holder says of it, for the operator."""
    with ports.database.reading() as db:
        found = db.execute(_select().where(tables.AgentPurchase.id == agency_id)).first()
    if found is None:
        raise Absent("no such purchase")
    row = found[0]
    said = ports.vault.text(f"agency.statement:{row.id}", row.statement) if row.statement else ""
    return Bought(*found), said
