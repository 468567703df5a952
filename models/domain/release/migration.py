"""Rules of the move from one model set's templates to another's."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from models.domain.errors import Conflict, Invalid
from models.domain.policy import MODEL_SETS

PER_MINUTE, PER_MINUTE_MOST = 60, 600
# A dead worker's batch is taken over after this.
LEASE = timedelta(seconds=30)
# How long the worker rests when nothing is left to embed; photos may still come.
REST = timedelta(minutes=1)


class MigrationState(StrEnum):
    """State of a move: both sets' templates live, one set's being destroyed, or over."""

    LIVE = "live"
    DESTROYING = "destroying"
    DONE = "done"
    ABANDONING = "abandoning"
    ABANDONED = "abandoned"


OPEN = (MigrationState.LIVE, MigrationState.DESTROYING, MigrationState.ABANDONING)
AT_WORK_ON_OLD = (MigrationState.DESTROYING, MigrationState.ABANDONING)


def check(old_set: str, new_set: str, per_minute: int) -> None:
    """Raise Invalid `policy_invalid` for an unknown set, the one in force, or an impossible pace."""
    if new_set not in MODEL_SETS or new_set == old_set:
        raise Invalid(f"a model set other than {old_set}: {', '.join(MODEL_SETS)}", code="policy_invalid")
    if not 1 <= per_minute <= PER_MINUTE_MOST:
        raise Invalid(f"1 to {PER_MINUTE_MOST} photos a minute", code="policy_invalid")


def may_destroy(state: MigrationState, asked_by: str | None, actor: str) -> None:
    """Raise Conflict unless `actor` is a second operator for a destruction that was asked for."""
    if state is not MigrationState.LIVE or asked_by is None:
        raise Conflict("nobody has asked for the destruction")
    if asked_by == actor:
        raise Conflict("somebody else must confirm it", code="own_proposal")


def finished(state: MigrationState) -> MigrationState:
    """Return the state after the last template of a set was destroyed."""
    done = MigrationState.DESTROYING, MigrationState.DONE
    return done[1] if state is done[0] else MigrationState.ABANDONED


def chained(digest: str, destroyed: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest after these templates, each a reference's id and its encrypted bytes, in order."""
    for name, sealed in destroyed:
        line = f"{digest}\n{name}\n{hashlib.sha256(sealed).hexdigest()}"
        digest = hashlib.sha256(line.encode()).hexdigest()
    return digest


def pause(photos: int, per_minute: int) -> timedelta:
    """Return how long to wait after a batch so that no more photos a minute are embedded."""
    return timedelta(minutes=photos / per_minute)
