"""What the owner of a scene sees of it on their phone; names are masked, scores never get this far."""

from typing import Any

from api.appeals import lodge as appeals
from api.capture.scene import Scene
from api.http.present import chosen, persons
from api.ports import Ports
from api.verification.case import Case
from models import tables
from models.domain import notice
from models.domain.attempt import UNDECIDED, AttemptState, Channel
from models.domain.person import mask
from models.domain.verification import TRIES_PER_VERIFICATION


def scene(ports: Ports, seen: Scene) -> dict[str, Any]:
    """Return the scene as its owner's phone reads it."""
    row, case = seen.attempt, seen.case
    facts, now = row.snapshot(), ports.now()
    until = appeals.open_until(ports, case, row)
    version = notice.IN_FORCE[row.provider]
    unchosen = row.channel is Channel.QR and row.person_id is None
    return {
        "scene": row.scene,
        "channel": row.channel.value,
        "state": row.state.value,
        "server_time": now.isoformat(),
        "expires_at": facts.deadline.isoformat(),
        "tries_left": _tries_left(case, row),
        "institution": case.institution.name,
        "amount_fen": case.verification.amount_fen,
        "cardholder": _cardholder(ports, case),
        "person": chosen(ports, row),
        "persons": persons(ports, case.verification.cardholder_id) if unchosen else [],
        "provider": row.provider.value,
        "notice": {"version": version, "text": notice.NOTICES[version]},
        "presence_code_needed": row.state is AttemptState.OPENED and row.presence_code is not None,
        "appeal": {"allowed": until is not None, "until": until.isoformat() if until else None},
        "reason": row.reason,
        "purpose": "purchase" if case.has_purchase else "self",
        "superseded_by": _successor(case, row) if row.state is AttemptState.SUPERSEDED else None,
    }


def _cardholder(ports: Ports, case: Case) -> str:
    """Return the masked name of whose insurance pays."""
    holder = ports.directory.person(case.verification.cardholder_id)
    return mask(holder.name) if holder else "*"


def _successor(case: Case, row: tables.Attempt) -> dict[str, Any]:
    """Return what stands in place of a superseded attempt: a message, a code, or nothing yet."""
    front = case.front
    if not case.is_open:
        return {"kind": "ended", "scene": None}
    if front is None or front.state not in UNDECIDED:
        return {"kind": "wait", "scene": None}
    if front.channel is Channel.QR:
        return {"kind": "code", "scene": None}
    mine = front.owner_index is not None and front.owner_index == row.owner_index
    return {"kind": "message", "scene": front.scene if mine else None}


def _tries_left(case: Case, row: tables.Attempt) -> int:
    """Return how many tries remain to this attempt within the verification's own limit."""
    return max(0, min(row.snapshot().tries_left, TRIES_PER_VERIFICATION - case.tries))


def challenge(ports: Ports, row: tables.Challenge) -> dict[str, Any]:
    """Return what the phone must do and film."""
    return {
        "challenge_id": row.id,
        "actions": row.actions,
        # Never the sequence ahead: the others come one by one with the answers to the frames.
        "colours": row.colours[:1],
        "expires_at": row.expires_at.isoformat(),
        "frame": {
            "motion": {"max_side": 320, "quality": 0.5, "fps": 5},
            "evidence": {"max_side": 640, "quality": 0.8, "at_ms": row.evidence_at_ms},
        },
    }


def result(ports: Ports, seen: Scene, decision: tables.Decision) -> dict[str, Any]:
    """Return what a try came to, with the scene as it now stands."""
    return scene(ports, seen) | {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "hint": decision.hint,
    }
