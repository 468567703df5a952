"""Roles of the console, their rights, and the lifetime of a sign-in."""

from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=15)
WHOLE = timedelta(hours=8)
FRESH = timedelta(minutes=5)
INVITATION = timedelta(minutes=15)
WRONG_AT_MOST = 5
LOCKED = timedelta(minutes=15)
RECOVERY_CODES = 10
PASSWORD_MIN, PASSWORD_MAX = 12, 128


class Role(StrEnum):
    """An account's role; one person has one account and one role."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """A permission of a role."""

    SEE_CASES = "see_cases"
    SEE_PHOTOS = "see_photos"
    JUDGE = "judge"
    RECOVER = "recover"
    SEE_INSTITUTIONS = "see_institutions"
    CHANGE_INSTITUTIONS = "change_institutions"
    SEE_SUBJECTS = "see_subjects"
    CHANGE_SUBJECTS = "change_subjects"
    SEE_ACTS = "see_acts"
    SEE_ACCOUNTS = "see_accounts"
    CHANGE_ACCOUNTS = "change_accounts"
    SEE_POLICIES = "see_policies"
    PROPOSE = "propose"
    APPROVE = "approve"
    SEE_ALERTS = "see_alerts"
    HANDLE_ALERTS = "handle_alerts"
    ASSESS = "assess"
    ANSWER_REQUESTS = "answer_requests"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset(
        {Right.SEE_POLICIES, Right.PROPOSE, Right.APPROVE, Right.SEE_ALERTS, Right.HANDLE_ALERTS}
    ),
    Role.REVIEWER: frozenset(
        {
            Right.SEE_CASES,
            Right.SEE_PHOTOS,
            Right.JUDGE,
            Right.RECOVER,
            Right.ANSWER_REQUESTS,
            Right.SEE_ALERTS,
            Right.HANDLE_ALERTS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Right.SEE_CASES,
            Right.SEE_ALERTS,
            Right.SEE_ACTS,
            Right.SEE_ACCOUNTS,
            Right.SEE_POLICIES,
            Right.SEE_INSTITUTIONS,
            Right.SEE_SUBJECTS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_ACCOUNTS,
            Right.CHANGE_ACCOUNTS,
            Right.SEE_INSTITUTIONS,
            Right.CHANGE_INSTITUTIONS,
            Right.ASSESS,
            Right.SEE_SUBJECTS,
            Right.CHANGE_SUBJECTS,
        }
    ),
}
# Rights that require a one-time code entered within FRESH.
SENSITIVE = frozenset(
    {
        Right.SEE_PHOTOS,
        Right.CHANGE_INSTITUTIONS,
        Right.CHANGE_SUBJECTS,
        Right.CHANGE_ACCOUNTS,
        Right.APPROVE,
    }
)


def may(role: Role, right: Right) -> bool:
    """Tell whether a role has a right."""
    return right in RIGHTS[role]


def has_lapsed(begun: datetime, seen: datetime, now: datetime) -> bool:
    """Tell whether a session has expired: 15 minutes without a request, or 8 hours in all.

    A clock set back counts as expired: the session's age is then unknown.
    """
    return now >= begun + WHOLE or now >= seen + IDLE or now < begun


def is_fresh(code_at: datetime, now: datetime) -> bool:
    """Tell whether the last one-time code is recent enough for sensitive actions."""
    return code_at <= now < code_at + FRESH


def locked_until(wrong: int, now: datetime) -> datetime | None:
    """Return until when an account is locked after `wrong` failures in a row, or None."""
    return now + LOCKED if wrong >= WRONG_AT_MOST else None
