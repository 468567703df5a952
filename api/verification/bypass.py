"""Bypass: documents checked by named staff instead of a face (其他方式核验), of equal rank."""

from api.ports import Ports
from api.verification import attempt as attempts
from api.verification import case as cases
from api.verification.case import Case
from api.verification.lifecycle import locked
from models import tables
from models.domain.verification import VerificationEvent


def bypass(
    ports: Ports, institution_id: str, verification_id: str, proof: dict[str, str], person_id: str | None
) -> Case:
    """End the verification by documents; `person_id` defaults to the last attempt's person.

    Quota and staff rules do not apply here: this is the fallback for people they turn away. Raises Invalid
    `person_not_found` for somebody who is neither on the list nor was typed in for this purchase.
    """
    with ports.database.transaction() as db:
        case = locked(ports, db, institution_id, verification_id)
        there = _there(ports.within(db), case, person_id)
        cases.end(ports, case, VerificationEvent.BYPASS, there, proof)
        return case


def _there(ports: Ports, case: Case, person_id: str | None) -> tables.Attempt | None:
    """Return the attempt that names the person, or None for the card-holder of a purchase without any."""
    known = [one for one in case.attempts if one.person_id and person_id in (None, one.person_id)]
    if known or person_id is None:
        return known[-1] if known else None
    return attempts.note_present(ports, case, person_id)
