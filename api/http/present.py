"""What clients see. Names are masked here; numbers, scores and openids never get this far."""

from typing import Any

from api.contacts import credits, reach
from api.directory.identify import youngest
from api.ports import PersonView, Ports
from api.verification.case import Case
from models import tables
from models.domain.attempt import Channel
from models.domain.person import Push, Sex, age, mask, not_filmed, sex_of


def verification(ports: Ports, case: Case) -> dict[str, Any]:
    """Return the verification as the till reads it."""
    row = case.verification
    return {
        "id": row.id,
        "order_no": row.order_no,
        "amount_fen": row.amount_fen,
        "state": row.state.value,
        "expires_at": row.expires_at.isoformat(),
        "persons": persons(ports, row.cardholder_id),
        "attempts": [attempt(ports, one) for one in case.attempts],
        "receipt": row.receipt,
    }


def created(ports: Ports, case: Case, popup_token: str) -> dict[str, Any]:
    """Return what the till gets for a new verification."""
    row = case.verification
    return {
        "id": row.id,
        "state": row.state.value,
        "popup_url": popup_url(ports, popup_token),
        "expires_at": row.expires_at.isoformat(),
        "persons": persons(ports, row.cardholder_id),
    }


def popup_url(ports: Ports, token: str) -> str:
    """Return the absolute address of the popup."""
    return f"{ports.settings.base_url}/popup/{token}"


def persons(ports: Ports, cardholder_id: str) -> list[dict[str, Any]]:
    """Return the card-holder and the family network, as the counter may see them."""
    network = ports.directory.network(cardholder_id)
    pushes, filmed_from = reach.pushes(ports, [one.person.person_id for one in network]), youngest(ports)
    return [
        person(ports, one.person, one.relation, pushes[one.person.person_id], filmed_from)
        | {"network": one.network}
        for one in network
    ]


def person(ports: Ports, view: PersonView, relation: str, push: Push, filmed_from: int) -> dict[str, Any]:
    """Return one person as the counter may see them; the policy lets people be filmed from an age."""
    return {
        "person_id": view.person_id,
        "name": mask(view.name),
        "relation": relation,
        "sex": sex_of(view.sex) or Sex.UNKNOWN,
        "age": age(view.birth, ports.today()) if view.birth else None,
        "not_filmed": not_filmed(view.birth, ports.today(), filmed_from),
        "enrolled": view.enrolled,
        "subscribed": push is Push.READY,
        "push": push,
    }


def attempt(ports: Ports, row: tables.Attempt) -> dict[str, Any]:
    """Return an attempt as the till reads it."""
    facts = row.snapshot()
    qr = row.channel is Channel.QR
    return {
        "attempt_id": row.id,
        "channel": row.channel.value,
        "state": row.state.value,
        "person": chosen(ports, row),
        "created_at": row.created_at.isoformat(),
        "expires_at": facts.deadline.isoformat(),
        "tries_left": facts.tries_left,
        "reason": row.reason,
        "qr_url": f"{ports.settings.base_url}/qr/{row.scene}.png" if qr else None,
        "presence_code": row.presence_code,
    }


def chosen(ports: Ports, row: tables.Attempt) -> dict[str, Any] | None:
    """Return who the attempt is for, or None while nobody was chosen."""
    person = ports.directory.person(row.person_id) if row.person_id else None
    if person is None:
        return None
    return {"person_id": person.person_id, "name": mask(person.name), "relation": row.relation}


def appeal(row: tables.Appeal, institution: str) -> dict[str, Any]:
    """Return an appeal as the person who lodged it reads it."""
    return {
        "appeal_id": row.id,
        "institution": institution,
        "appeal_state": row.state.value,
        "appeal_reason": row.reason.value,
        "created_at": row.created_at.isoformat(),
        "reviewed_at": row.reviewed_at.isoformat() if row.reviewed_at else None,
    }


def consent(row: tables.Consent, institution: str) -> dict[str, Any]:
    """Return a consent as the person who gave it reads it."""
    return {
        "consent_id": row.id,
        "institution": institution,
        "notice_version": row.notice_version,
        "granted": row.granted,
        "created_at": row.created_at.isoformat(),
        "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
    }


def binding(ports: Ports, row: tables.Binding) -> dict[str, Any]:
    """Return a binding with the masked name of the person it reaches."""
    person = ports.directory.person(row.person_id)
    return {
        "binding_id": row.id,
        "person": {"person_id": row.person_id, "name": mask(person.name) if person else "*"},
        "proof": row.proof,
        "subscribed": credits.ledger(ports, row.openid_index).ready,
        "created_at": row.created_at.isoformat(),
    }


def redemption(row: tables.Redemption) -> dict[str, Any]:
    """Return a receipt's use."""
    return {
        "jti": row.jti,
        "settlement_no": row.settlement_no,
        "amount_fen": row.amount_fen,
        "redeemed_at": row.created_at.isoformat(),
    }
