"""Rules of comparisons between insured strangers: who may start one, and what is stored."""

from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict

# No figure is stored for fewer persons; above MOST a random sample is compared.
LEAST, MOST = 20, 2_500
ASKED_HOLDS = timedelta(days=7)
# A dead worker's lease expires after this.
LEASE = timedelta(minutes=5)


class RunState(StrEnum):
    """State of a run."""

    ASKED = "asked"
    STARTED = "started"
    DONE = "done"
    WITHDRAWN = "withdrawn"


def may_start(state: RunState, asked: tuple[str, datetime], actor: str, now: datetime) -> None:
    """Raise Conflict unless `actor` is a second person for a run requested by (account, time).

    Codes: `wrong_state`, `own_proposal`, `evidence_expired` after a week.
    """
    if state is not RunState.ASKED:
        raise Conflict("it does not wait to be started", code="wrong_state")
    if asked[0] == actor:
        raise Conflict("somebody else must start it", code="own_proposal")
    if not asked[1] <= now < asked[1] + ASKED_HOLDS:
        raise Conflict("it was asked for more than a week ago", code="evidence_expired")
