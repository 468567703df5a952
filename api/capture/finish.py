"""Ends a try and returns its result to the phone."""

from dataclasses import dataclass

from api.capture.challenge import newest, owned_challenge, running
from api.capture.decide import examine
from api.capture.scene import Scene
from api.ports import Ports
from api.verification import case as cases
from models import tables
from models.domain.attempt import AttemptEvent, AttemptState
from models.domain.errors import Busy
from models.domain.person import User


@dataclass(frozen=True, slots=True)
class Result:
    """The decision of a try, and the scene after it."""

    scene: Scene
    decision: tables.Decision


def finish(ports: Ports, user: User, challenge_id: str) -> Result:
    """Close the capture and decide it; repeated, it returns the stored result.

    Raises Busy while another process is deciding.
    """
    close(ports, user, challenge_id)
    return _result(ports, user, challenge_id) or _decided(ports, user, challenge_id)


def close(ports: Ports, user: User, challenge_id: str) -> None:
    """Move the attempt to captured, from where it is always decided; idempotent."""
    with ports.database.transaction() as db:
        seen, challenge = owned_challenge(ports, db, user, challenge_id)
        if db.get(tables.Decision, challenge_id) is not None:
            return
        if seen.attempt.state is AttemptState.CAPTURED and newest(db, seen.attempt.id) is challenge:
            return
        running(ports, db, user, challenge_id)
        cases.step(ports, seen.case, seen.attempt, AttemptEvent.CAPTURE)
        seen.attempt.captured_at = ports.now()


def _decided(ports: Ports, user: User, challenge_id: str) -> Result:
    """Decide now and return the result."""
    examine(ports, challenge_id)
    result = _result(ports, user, challenge_id)
    if result is None:
        raise Busy("the decision is being made; please ask again")
    return result


def _result(ports: Ports, user: User, challenge_id: str) -> Result | None:
    """Return the stored decision with the current scene."""
    with ports.database.transaction() as db:
        seen, _ = owned_challenge(ports, db, user, challenge_id)
        decision = db.get(tables.Decision, challenge_id)
        return Result(seen, decision) if decision else None
