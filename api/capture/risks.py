"""Assesses the risk of a try before filming, from WeChat's rating and from our own records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.capture.scene import Scene
from api.policies import resolving
from api.ports import Ports
from models import tables
from models.domain.attempt import AttemptState, Channel
from models.domain.decision import Outcome
from models.domain.layers.risk import SUSPECT, Risk, Signs, assess
from models.domain.person import User
from wechat.errors import WeChatBusy, WeChatRefused, WeChatUnknown

# getuserriskrank's `scene`: 1 asks about cheating, 0 about registering.
CHEATING = 1
RECENT = timedelta(hours=1)
# Number of recent passes in which the person's phones and models are searched.
REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Phone:
    """What a phone reports when it requests a try, and its address."""

    photosensitive: bool = False
    device: str | None = None
    address: str = ""


def rank_at_opening(ports: Ports, user: User, scene: str, address: str) -> int | None:
    """Return `rank` while the scene is unopened and its rating could require digits, else None."""
    with ports.database.reading() as db:
        row = tables.Attempt
        waiting = db.scalar(select(row).where(row.scene == scene, row.state == AttemptState.WAITING))
        due = waiting is not None and resolving.of(db, waiting).presence_by_risk
    return rank(ports, user, scene, address) if due else None


def rank(ports: Ports, user: User, scene: str, address: str) -> int | None:
    """Return WeChat's risk rating of this phone's user; None where it is not used or unknown."""
    with ports.database.reading() as db:
        attempt = db.scalar(select(tables.Attempt).where(tables.Attempt.scene == scene))
        if attempt is None or attempt.channel is not Channel.PUSH:
            return None
        weighed = resolving.of(db, attempt).weighs(attempt.channel)
    if not weighed:
        return None
    try:
        return ports.wechat.risk_rank(user.openid, CHEATING, address)
    except (WeChatBusy, WeChatRefused, WeChatUnknown):
        return None


def of(ports: Ports, db: Session, seen: Scene, phone: Phone | None, rank: int | None) -> Risk:
    """Return the risk of the scene's next try under its policy; `phone` is None before it was asked."""
    policy, attempt = resolving.of(db, seen.attempt), seen.attempt
    if not policy.weighs(attempt.channel) or attempt.person_id is None:
        return Risk()
    failures = _failures(ports, db, attempt.person_id)
    if attempt.channel is not Channel.PUSH:
        return assess(Signs(failures=failures), policy)
    return assess(_on_own_phone(db, attempt, phone, Signs(rank, failures=failures)), policy)


def _on_own_phone(db: Session, attempt: tables.Attempt, phone: Phone | None, known: Signs) -> Signs:
    """Return the signs with whether the person has passed on this phone and on this model before."""
    passes = _passes(db, attempt.person_id or "")
    phones, models = {phone for phone, _ in passes}, {model for _, model in passes if model}
    return Signs(
        rank=known.rank,
        new_phone=attempt.owner_index not in phones,
        new_device=bool(models) and phone is not None and phone.device not in models,
        failures=known.failures,
    )


def _passes(db: Session, person_id: str) -> Sequence[tuple[str | None, str | None]]:
    """Return phone and model of the person's latest passes on their own phones."""
    row, challenge = tables.Attempt, tables.Challenge
    wanted = (
        select(row.owner_index, challenge.device)
        .join(challenge, challenge.attempt_id == row.id)
        .where(row.person_id == person_id, row.channel == Channel.PUSH, row.state == AttemptState.PASSED)
        .order_by(row.created_at.desc())
        .limit(REMEMBERED)
    )
    return [(phone, model) for phone, model in db.execute(wanted)]


def _failures(ports: Ports, db: Session, person_id: str) -> int:
    """Return a person's suspicious failures of the last hour, at any institution."""
    decision, attempt = tables.Decision, tables.Attempt
    counted = (
        select(func.count())
        .select_from(decision)
        .join(attempt, decision.attempt_id == attempt.id)
        .where(attempt.person_id == person_id, decision.outcome == Outcome.FAILED)
        .where(decision.reason.in_(SUSPECT), decision.created_at > ports.now() - RECENT)
    )
    return db.scalar(counted) or 0
