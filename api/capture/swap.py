"""Replaces an action that the person cannot do (这个动作我做不了), once."""

from api.capture import frames, precheck
from api.capture.challenge import running
from api.capture.scene import Scene
from api.ports import Ports
from models import tables
from models.domain import challenge as rules
from models.domain.errors import Conflict
from models.domain.person import User


def swap(ports: Ports, user: User, challenge_id: str) -> tuple[Scene, tables.Challenge]:
    """Replace the first action not yet done."""
    with ports.database.transaction() as db:
        seen, challenge = running(ports, db, user, challenge_id)
        if challenge.swapped:
            raise Conflict("an action has already been swapped", code="already_swapped")
        observations = [frames.opened(ports, row) for row in frames.rows(db, challenge_id)]
        done = ports.matcher.progress(challenge.actions, observations)
        number = next(ports.random.fractions())
        glasses = seen.attempt.glasses or precheck.wears_glasses(observations)
        challenge.actions = list(rules.swap(challenge.actions, done, number, glasses=glasses))
        challenge.swapped = True
        return seen, challenge
