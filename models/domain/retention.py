"""Retention periods, and when data must be deleted."""

from datetime import datetime, timedelta

from models.domain.appeal import WINDOW, AppealState
from models.domain.attempt import UNDECIDED, AttemptState

EXACT_HASHES = timedelta(days=180)
SIMILAR_HASHES = timedelta(days=90)
IDEMPOTENT_ANSWERS = timedelta(hours=24)
SESSIONS = timedelta(hours=2)
FAILED_FRAMES_KEPT = 5
# An appeal's pictures stay until its last verdict, and at most this long.
APPEALED = timedelta(days=15)


def frames_are_due(
    attempt: AttemptState,
    last_failure: datetime | None,
    appeal: tuple[AppealState, datetime] | None,
    now: datetime,
) -> bool:
    """Tell whether a try's frames must be deleted now; `appeal` is its state and when it was lodged.

    Passed: at once. Failed: when the appeal window has closed, or with the last verdict on the appeal, at
    most 15 days after it was lodged. Otherwise: as soon as no decision can use them.
    """
    if attempt in UNDECIDED:
        return False
    if attempt is AttemptState.APPEALED:
        return appeal is None or appeal[0] is not AppealState.LODGED or now >= appeal[1] + APPEALED
    if attempt is AttemptState.FAILED and last_failure is not None:
        return now >= last_failure + WINDOW
    return True
