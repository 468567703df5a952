"""Compares the four records of a run: the clients', the receiver's, the tables, and the hash chains."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from api.health.clock import APART
from api.verification.record import WEBHOOK_TYPES
from models import tables
from models.domain.decision import Outcome
from models.domain.delivery import UNFINISHED
from models.domain.provider import MATCHED, Provider
from models.domain.verification import TERMINAL
from scripts.lab.faults.ledger import Ledger, Purchase
from scripts.lab.faults.receiver import Receiver
from scripts.stack.stack import Stack


@dataclass(slots=True)
class Verdict:
    """The defects found, each with its purchases or rows."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    wrong_times: list[str] = field(default_factory=list)
    wrong_ends: list[str] = field(default_factory=list)
    passes_without_report: list[str] = field(default_factory=list)
    webhooks_missing: list[str] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the number of each defect."""
        return {name: len(found) for name, found in self.named().items()}

    def named(self) -> dict[str, list[str]]:
        """Return the defects by name."""
        return asdict(self)


# Every kind of defect, by the name of its figure.
DEFECTS = tuple(field.name for field in fields(Verdict))


def judge(stack: Stack, ledger: Ledger, receiver: Receiver, messages: Counter[str]) -> Verdict:
    """Return the verdict on a finished run; `messages` counts WeChat's by scene."""
    verdict = Verdict()
    engine = create_engine(stack.database_url)
    try:
        with Session(engine) as db:
            for purchase in ledger.purchases:
                compare(db, verdict, purchase, datetime.now(UTC))
            _passes(db, verdict)
            _webhooks(db, verdict, receiver)
            verdict.lost += [f"delivery {' '.join(found)}" for found in _unsent(db)]
    finally:
        engine.dispose()
    verdict.duplicated += [f"message {scene}" for scene, count in messages.items() if count > 1]
    checked = json.loads(stack.run("-m", "scripts", "audit", "check", "--json"))
    verdict.chains += [*checked["broken"], *checked["rewritten"], *checked["missing"]]
    if not checked["whole"] and not verdict.chains:
        verdict.chains.append("the operators' record")
    return verdict


def compare(db: Session, verdict: Verdict, purchase: Purchase, now: datetime) -> None:
    """Compare one purchase's answers to its clients with its rows."""
    row, name = tables.Verification, f"{purchase.story} {purchase.order_no}"
    rows = db.scalars(select(row).where(row.order_no == purchase.order_no)).all()
    if len(rows) > 1 or len(purchase.ids) > 1 or len(purchase.receipts) > 1 or purchase.redeemed_twice:
        verdict.duplicated.append(name)
    if purchase.gave_up or (purchase.ids and not rows):
        verdict.lost.append(f"{name} {purchase.gave_up}")
    if not rows:
        return
    _attempts(db, verdict, purchase, rows[0].id)
    verdict.wrong_times += [f"{name} {seq}" for seq in _wrong_times(db, purchase.at, rows[0].id, now)]
    ends = {*purchase.ends, *({str(rows[0].state)} if rows[0].state in TERMINAL else ())}
    allowed = purchase.asked | _own_ends(purchase)
    if len(ends) > 1 or not ends <= allowed:
        verdict.wrong_ends.append(f"{name} {sorted(ends)}")
    if rows[0].state not in TERMINAL and not purchase.gave_up:
        verdict.lost.append(f"{name} still {rows[0].state}")


def _wrong_times(db: Session, begun: datetime, verification_id: str, now: datetime) -> list[int]:
    """Return the events that a wrong clock dated: before their purchase or the event before, or after now."""
    event = tables.Event
    wanted = select(event.seq, event.created_at).where(event.verification_id == verification_id)
    last, found = begun, []
    for seq, at in db.execute(wanted.order_by(event.seq)):
        if not last - APART <= at <= now + APART:
            found.append(seq)
        last = at
    return found


def _own_ends(purchase: Purchase) -> set[str]:
    """Return the ends that occur without a client's request."""
    appeals = purchase.story in ("sandbox appealed", "sandbox upheld", "sandbox rejected")
    return ({"passed"} if purchase.may_pass else set()) | ({"appealed"} if appeals else set())


def _attempts(db: Session, verdict: Verdict, purchase: Purchase, verification_id: str) -> None:
    """Find requests that created two attempts."""
    count = select(func.count()).where(tables.Attempt.verification_id == verification_id)
    twice = any(len(ids) > 1 for ids in purchase.attempt_ids.values())
    if twice or (db.scalar(count) or 0) > len(purchase.attempt_ids):
        verdict.duplicated.append(f"attempt of {purchase.story} {purchase.order_no}")


def _passes(db: Session, verdict: Verdict) -> None:
    """Find passes without a report or an answer of WeChat; sandbox passes have neither."""
    attempt, challenge, decision = tables.Attempt, tables.Challenge, tables.Decision
    wanted = (
        select(attempt.id, attempt.provider, decision, tables.NativeCheck)
        .join(tables.Verification, tables.Verification.id == attempt.verification_id)
        .join(tables.Institution, tables.Institution.id == tables.Verification.institution_id)
        .outerjoin(challenge, challenge.attempt_id == attempt.id)
        .outerjoin(decision, (decision.challenge_id == challenge.id) & (decision.outcome == Outcome.PASSED))
        .outerjoin(tables.NativeCheck, tables.NativeCheck.challenge_id == decision.challenge_id)
        .where(attempt.state == "passed", ~tables.Institution.sandbox)
    )
    proven: dict[str, bool] = {}
    for attempt_id, provider, decided, native in db.execute(wanted):
        by_wechat = native is not None and native.verify_ret == MATCHED
        has_report = decided is not None and decided.report is not None
        proven[attempt_id] = proven.get(attempt_id, False) or (
            decided is not None and (by_wechat if provider == Provider.WECHAT else has_report)
        )
    verdict.passes_without_report += [attempt_id for attempt_id, is_proven in proven.items() if not is_proven]


def _webhooks(db: Session, verdict: Verdict, receiver: Receiver) -> None:
    """Find events that the receiver never got, or got in two versions."""
    event, verification = tables.Event, tables.Verification
    wanted = (
        select(event.verification_id, event.seq, event.type)
        .join(verification, verification.id == event.verification_id)
        .where(event.type.in_(WEBHOOK_TYPES), verification.notify_url == receiver.url)
    )
    for found in db.execute(wanted):
        if tuple(found) not in receiver.seen:
            verdict.webhooks_missing.append(" ".join(map(str, found)))
    verdict.webhooks_missing += ["forged"] * receiver.forged + ["changed"] * receiver.changed


def unsent(stack: Stack) -> list[tuple[str, str, str]]:
    """Return kind, state and verification of unsent deliveries."""
    engine = create_engine(stack.database_url)
    try:
        with Session(engine) as db:
            return _unsent(db)
    finally:
        engine.dispose()


def _unsent(db: Session) -> list[tuple[str, str, str]]:
    row = tables.Delivery
    found = db.execute(select(row.kind, row.state, row.verification_id).where(row.state.in_(UNFINISHED)))
    return [(str(kind), str(state), verification) for kind, state, verification in found]
