"""The attempt that the popup shows, with its live step and the possible actions."""

from dataclasses import dataclass

from sqlalchemy import select

from api.appeals import lodge as appeals
from api.contacts import receivers
from api.events.glance import events_after
from api.http import present
from api.http.reasons import Failure
from api.http.schemas import answers
from api.messaging.wechat_refusals import codes_refused_since
from api.popup import texts
from api.ports import Ports
from api.verification.case import Case
from models import tables
from models.domain.agent import is_agent
from models.domain.attempt import LIVE, AttemptState, Channel
from models.domain.person import Push
from models.domain.resending import RESEND_AFTER, is_in_hand
from models.domain.verification import TRIES_PER_VERIFICATION

S = AttemptState


@dataclass(frozen=True, slots=True)
class AppealTime:
    """The deadline for an appeal, and the time left (m:ss)."""

    until: str
    left: str


class Front(answers.AttemptAnswer):
    """An attempt as the counter sees it: its live step, what may be done, and why it failed."""

    step: str
    again: bool
    wants_documents: bool
    kept: bool
    image: str
    has_code: bool
    misconfigured: bool
    in_hand: bool
    may_retry: bool
    appeal: AppealTime | None
    failure: Failure | None
    counts_down: bool
    left_s: int
    resend_at: str
    may_resend: bool
    has_credit: bool
    reached: str
    not_sent_again: str | None


def attempt(ports: Ports, case: Case) -> Front:
    """Return the attempt to show with its live step, its deadline and the person's options."""
    row, last = case.front or case.attempts[-1], case.attempts[-1]
    facts, now = row.snapshot(), ports.now()
    may_retry = now < facts.deadline and facts.tries_left > 0 and case.tries < TRIES_PER_VERIFICATION
    fates = _fates(ports, case, row)
    sent_again = last is not row and last.state is S.UNDELIVERABLE
    return Front(
        **dict(present.attempt(ports, row)),
        step=(fates[-1] if row.state is S.WAITING and fates else row.state.value),
        # An earlier capture was unusable.
        again=row.state is S.CONSENTED and "captured" in fates,
        wants_documents=fates[-1:] == ["documents_wanted"],
        kept=row.person_id is not None and (not is_agent(row.relation) or row.checks is not None),
        image=f"/qr/{row.scene}.png",
        has_code=row.channel is not Channel.QR or not codes_refused_since(ports, row.created_at),
        misconfigured=row.reason == "wechat_misconfigured",
        in_hand=is_in_hand(row.channel, row.state),
        may_retry=may_retry,
        appeal=_appeal(ports, case, row),
        failure=texts.failure(row.reason, _hint(ports, row)) if row.state is S.FAILED else None,
        counts_down=row.state in LIVE or (row.state is S.FAILED and may_retry),
        left_s=max(0, round((facts.deadline - now).total_seconds())),
        resend_at=(last.created_at + RESEND_AFTER).isoformat(),
        may_resend=now >= last.created_at + RESEND_AFTER,
        has_credit=_has_credit(ports, row),
        reached=texts.UNDELIVERABLE.get(row.reason or "", "消息无法送达"),
        not_sent_again=texts.UNDELIVERABLE.get(last.reason or "", "消息无法送达") if sent_again else None,
    )


def _fates(ports: Ports, case: Case, row: tables.Attempt) -> list[str]:
    """Return the types of the attempt's events without their prefix, oldest first."""
    events = [e for e in events_after(ports, case.verification.id, 0) if e["attempt_id"] == row.id]
    return [e["type"].removeprefix("attempt.") for e in events]


def _appeal(ports: Ports, case: Case, row: tables.Attempt) -> AppealTime | None:
    """Return the deadline for an appeal and the time left, or None."""
    until = appeals.open_until(ports, case, row)
    if until is None:
        return None
    return AppealTime(until.isoformat(), _minutes((until - ports.now()).total_seconds()))


def _minutes(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def _has_credit(ports: Ports, row: tables.Attempt) -> bool:
    """Tell whether another message to the person is expected to arrive."""
    return row.person_id is not None and receivers.pushes(ports, [row.person_id])[row.person_id] is Push.READY


def _hint(ports: Ports, row: tables.Attempt) -> str | None:
    """Return what disturbed the capture in the last try, or None."""
    decision = tables.Decision
    newest = select(decision.hint).where(decision.attempt_id == row.id).order_by(decision.created_at.desc())
    with ports.database.reading() as db:
        return db.scalar(newest.limit(1))
