"""Retention periods, and when data must be deleted."""

from datetime import datetime, timedelta
from typing import NamedTuple

from models.domain.appeal import WINDOW, AppealState
from models.domain.attempt import UNDECIDED, AttemptState

EXACT_HASHES = timedelta(days=180)
SIMILAR_HASHES = timedelta(days=90)
IDEMPOTENT_ANSWERS = timedelta(hours=24)
SESSIONS = timedelta(hours=2)
FAILED_FRAMES_KEPT = 5
# An appeal's pictures stay until its last verdict, and at most this long.
APPEALED = timedelta(days=15)


class Appealed(NamedTuple):
    """An appeal's state and when it was lodged; `renews`: a frame of it may still be chosen for a renewal."""

    state: AppealState
    lodged_at: datetime
    renews: bool = False


def frames_are_due(
    attempt: AttemptState,
    last_failure: datetime | None,
    appeal: Appealed | None,
    now: datetime,
) -> bool:
    """Tell whether a try's frames must be deleted now.

    Passed: at once. Failed: when the appeal window has closed, or with the last verdict on the appeal and the
    choice of a frame for a renewal, at most 15 days after it was lodged. Otherwise: as soon as no decision
    can use them.
    """
    if attempt in UNDECIDED:
        return False
    if attempt is AttemptState.APPEALED:
        wanted = appeal is not None and (appeal.state is AppealState.LODGED or appeal.renews)
        return appeal is None or not wanted or now >= appeal.lodged_at + APPEALED
    if attempt is AttemptState.FAILED and last_failure is not None:
        return now >= last_failure + WINDOW
    return True
