"""Opens a scene at its first read; the risk then decides whether the counter's digits are required."""

from sqlalchemy.orm import Session

from api.capture import risks
from api.capture.scene import Scene, owned
from api.policies import resolving
from api.ports import Ports
from api.verification import case as cases
from api.verification.attempt import supersede_unopened
from models.domain.attempt import AttemptEvent, AttemptState, Channel
from models.domain.layers.risk import Level
from models.domain.person import User


def view(ports: Ports, user: User, scene: str, address: str) -> Scene:
    """Return the scene; the first read moves it from waiting to opened."""
    rank = risks.rank_at_opening(ports, user, scene, address)
    with ports.database.transaction() as db:
        seen = owned(ports, db, user, scene)
        if seen.attempt.state is AttemptState.WAITING:
            _ask_presence(ports, db, seen, rank)
            cases.step(ports, seen.case, seen.attempt, AttemptEvent.OPEN, seen.actor)
            supersede_unopened(ports, seen.case, seen.attempt)
        return seen


def _ask_presence(ports: Ports, db: Session, seen: Scene, rank: int | None) -> None:
    """Draw the digits for a risky push: the counter shows them, so that only somebody there can know them."""
    attempt, by_risk = seen.attempt, resolving.of(db, seen.attempt).presence_by_risk
    if attempt.channel is not Channel.PUSH or not by_risk or attempt.presence_code:
        return
    if risks.of(ports, db, seen, None, rank).level is not Level.LOW:
        attempt.presence_code = ports.random.digits(4)
