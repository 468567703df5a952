"""The events of an appealed purchase, each try with what was decided and whether it was live."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.facts.writing import report_of
from api.ports import Ports
from models import tables
from models.domain.attempt import Channel
from models.domain.decision import Outcome, Reason
from models.domain.provider import Provider

EVENTS = 200
FILMED = ("attempt.captured", "attempt.native")


class Live(StrEnum):
    """What a try says about whether a living person was filmed just then."""

    PASSED = "passed"
    ACTIONS = "actions"
    FAILED = "failed"
    OPEN = "open"
    BY_WECHAT = "by_wechat"


@dataclass(frozen=True, slots=True)
class Tried:
    """What was decided on a try: outcome, reason, hint, liveness, and scores where compared."""

    outcome: Outcome
    reason: str
    hint: str | None
    counted: bool
    live: Live
    score: float | None = None
    relative: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One event; `again`: not the first of its kind; `channel` of its attempt, `tried` of a decision."""

    at: datetime
    kind: str
    channel: Channel | None
    again: bool
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class Decided:
    """The attempts of a verification by id, and the decisions on their tries in order."""

    attempts: Mapping[str, tables.Attempt]
    decisions: Sequence[tables.Decision]


def decided(db: Session, verification_id: str) -> Decided:
    """Return attempts and decisions, in one statement."""
    attempt, decision, challenge = tables.Attempt, tables.Decision, tables.Challenge
    wanted = (
        select(attempt, decision)
        .outerjoin(decision, decision.attempt_id == attempt.id)
        .outerjoin(challenge, challenge.id == decision.challenge_id)
        .where(attempt.verification_id == verification_id)
        .order_by(attempt.number, challenge.number)
    )
    rows = db.execute(wanted).all()
    return Decided({one.id: one for one, _ in rows}, [one for _, one in rows if one is not None])


def timeline(ports: Ports, db: Session, verification_id: str, of: Decided) -> list[Step]:
    """Return the purchase's events in order."""
    event = tables.Event
    mine = event.verification_id == verification_id
    wanted = select(event.created_at, event.type, event.public).where(mine).order_by(event.seq).limit(EVENTS)
    rows = [(at, kind, public.get("attempt_id")) for at, kind, public in db.execute(wanted)]
    return list(_steps(rows, of.attempts, _tries(ports, of)))


def _steps(
    rows: Sequence[tuple[datetime, str, str | None]],
    attempts: Mapping[str, tables.Attempt],
    tries: Mapping[str, Iterator[Tried]],
) -> Iterator[Step]:
    """Yield the steps: the event after a capture is its decision, because each capture is decided."""
    before: dict[str, set[str]] = {}
    last: dict[str, str] = {}
    for at, kind, attempt_id in rows:
        key = attempt_id or ""
        row, seen = attempts.get(key), before.setdefault(key, set())
        tried = next(tries[key], None) if last.get(key) in FILMED and key in tries else None
        yield Step(at, kind, row.channel if row else None, kind in seen, tried)
        seen.add(kind)
        last[key] = kind


def _tries(ports: Ports, of: Decided) -> dict[str, Iterator[Tried]]:
    """Return what was decided on the tries of each attempt, in order."""
    found: dict[str, list[Tried]] = {one: [] for one in of.attempts}
    for one in of.decisions:
        facts = (report_of(ports, one) or {}).get("facts", {})
        found[one.attempt_id].append(_tried(one, facts, of.attempts[one.attempt_id].provider))
    return {key: iter(some) for key, some in found.items()}


def _tried(row: tables.Decision, facts: Mapping[str, Any], provider: Provider) -> Tried:
    compared = row.reason in (Reason.OK, Reason.NOT_MATCHED)
    scores = (facts.get("score"), facts.get("relative")) if compared else (None, None)
    live = Live.BY_WECHAT if provider is Provider.WECHAT else _live(row.reason, facts)
    return Tried(row.outcome, row.reason, row.hint, row.counted, live, *scores)


def _live(reason: str, facts: Mapping[str, Any]) -> Live:
    """Return what the try says about liveness, which is judged before identity."""
    if reason in (Reason.NOT_LIVE, Reason.FRAMES_SEEN_BEFORE):
        return Live.FAILED
    if reason in (Reason.OK, Reason.NOT_MATCHED):
        return Live.ACTIONS if facts.get("pad") is None else Live.PASSED
    return Live.OPEN
