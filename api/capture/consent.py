"""Records the answer to the consent notice."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.capture.scene import Scene, owned
from api.ports import Ports
from api.verification import case as cases
from models import tables
from models.domain import notice
from models.domain.attempt import AttemptEvent, AttemptState
from models.domain.errors import Conflict, Invalid, TooMany
from models.domain.notice import Part
from models.domain.person import User

PRESENCE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person answered to the notice."""

    notice_version: str
    granted: bool
    presence_code: str | None = None
    parts: Mapping[Part, bool] | None = None


def consent(ports: Ports, user: User, scene: str, answer: Answer) -> Scene:
    """Record the person's answer to this notice; idempotent."""
    with ports.database.transaction() as db:
        seen = owned(ports, db, user, scene)
        attempt = seen.attempt
        if answer.granted and attempt.state is AttemptState.CONSENTED:
            return seen
        if not answer.granted and _has_declined(db, attempt):
            return seen
        notice.check(answer.notice_version, attempt.provider)
        separately = not ports.settings.demo
        parts = notice.answered(answer.granted, answer.parts, attempt.provider, separately=separately)
        if answer.granted:
            _may_consent(db, attempt, answer)
        event = AttemptEvent.CONSENT if answer.granted else AttemptEvent.DECLINE
        cases.step(ports, seen.case, attempt, event, seen.actor | {"notice": answer.notice_version})
        row = _consent_row(ports, user, attempt, answer)
        row.parts = parts
        db.add(row)
        return seen


def _has_declined(db: Session, attempt: tables.Attempt) -> bool:
    """Tell whether the person has declined before; declining a retry keeps the earlier failure."""
    if attempt.state is not AttemptState.FAILED:
        return attempt.state is AttemptState.DECLINED
    row = tables.Consent
    said_no = select(row.id).where(row.attempt_id == attempt.id, row.granted.is_(False))
    return db.scalar(said_no.limit(1)) is not None


def _may_consent(db: Session, attempt: tables.Attempt, answer: Answer) -> None:
    """Raise unless the person is chosen and, where required, gave the counter's digits."""
    if attempt.state is AttemptState.OPENED and attempt.person_id is None:
        raise Conflict("choose the person first", code="person_not_chosen")
    if attempt.state is not AttemptState.OPENED or not attempt.presence_code:
        return
    if attempt.presence_tries >= PRESENCE_TRIES:
        raise TooMany("too many wrong codes; ask for a new attempt", code="presence_code_locked")
    if not hmac.compare_digest((answer.presence_code or "").encode(), attempt.presence_code.encode()):
        attempt.presence_tries += 1
        refusal = Invalid("the four digits are not those on the counter's screen", code="presence_code_wrong")
        refusal.remember = True
        raise refusal


def _consent_row(ports: Ports, user: User, attempt: tables.Attempt, answer: Answer) -> tables.Consent:
    """Return the row of one answer."""
    return tables.Consent(
        id=ports.new_id("cns"),
        attempt_id=attempt.id,
        person_id=attempt.person_id,
        openid_index=user.openid_index,
        channel=attempt.channel,
        notice_version=answer.notice_version,
        granted=answer.granted,
        created_at=ports.now(),
    )
