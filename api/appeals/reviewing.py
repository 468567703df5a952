"""Judging appeals at the console: claims, verdicts, and the outcome of several verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.appeals import impartial, renew, review
from api.appeals.impartial import Reviewer
from api.appeals.waiting import queue, reviews_of
from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console import review as rules
from models.domain.console.act import ActKind
from models.domain.console.review import GROUNDS, Ground, Verdict
from models.domain.errors import Absent, Conflict, Forbidden, Invalid
from models.domain.named import noted


@dataclass(frozen=True, slots=True)
class Judgement:
    """A reviewer's verdict with its ground and note."""

    verdict: Verdict
    ground: Ground
    note: str


def claim(ports: Ports, reviewer: Reviewer, appeal_id: str) -> None:
    """Claim an appeal for half an hour; raises Forbidden or Conflict where the reviewer may not."""
    with ports.database.transaction() as db:
        row = still_open(db, appeal_id)
        impartial.require(db, reviewer, row)
        looks = reviews_of(db, [appeal_id]).get(appeal_id, [])
        _is_free(ports, looks, reviewer)
        mine = next((one for one in looks if one.operator_id == reviewer.operator_id), None)
        if mine is None:
            mine = tables.Review(
                id=ports.new_id("rev"), appeal_id=appeal_id, operator_id=reviewer.operator_id
            )
            db.add(mine)
        mine.claimed_at = ports.now()
        record(ports, db, Entry(reviewer.operator_id, ActKind.CASE_CLAIMED, appeal_id))


def release(ports: Ports, reviewer: Reviewer, appeal_id: str) -> None:
    """Release a claimed appeal without a verdict; no effect for other reviewers."""
    with ports.database.transaction() as db:
        still_open(db, appeal_id)
        mine = claim_of(ports, db, reviewer, appeal_id)
        if mine is not None:
            db.delete(mine)
            record(ports, db, Entry(reviewer.operator_id, ActKind.CASE_RELEASED, appeal_id))


def judge(ports: Ports, reviewer: Reviewer, appeal_id: str, judgement: Judgement) -> AppealState | None:
    """Give a verdict on a claimed appeal; return its outcome, or None while another verdict is needed.

    Raises Conflict without a claim, Invalid for a ground that does not fit or a missing note.
    """
    if judgement.ground not in GROUNDS[judgement.verdict]:
        raise Invalid("this ground does not belong to this verdict")
    note = noted(judgement.note)
    with ports.database.transaction() as db:
        row = still_open(db, appeal_id)
        impartial.require(db, reviewer, row)
        mine = claim_of(ports, db, reviewer, appeal_id)
        if mine is None:
            raise Conflict("take the appeal first", code="not_claimed")
        mine.verdict, mine.ground, mine.concluded_at = judgement.verdict, judgement.ground, ports.now()
        mine.note = ports.vault.seal(f"review.note:{mine.id}", note)
        db.flush()
        told = {"verdict": judgement.verdict, "ground": judgement.ground}
        record(ports, db, Entry(reviewer.operator_id, ActKind.VERDICT_GIVEN, appeal_id, told))
        return _settle(ports, db, row, note)


def _settle(ports: Ports, db: Session, row: tables.Appeal, note: str) -> AppealState | None:
    """End the review once the verdicts suffice."""
    given = [one for one in reviews_of(db, [row.id])[row.id] if one.verdict is not None]
    verdicts = [one.verdict for one in given if one.verdict is not None]
    amount = db.get_one(tables.Verification, row.verification_id).amount_fen
    near = review.has_near_relative(ports, db, row.attempt_id)
    state = rules.outcome(verdicts, rules.wants_two(amount, row.drawn, near, verdicts))
    if state is not None:
        names = db.scalars(
            select(tables.Operator.name)
            .where(tables.Operator.id.in_([one.operator_id for one in given]))
            .order_by(tables.Operator.name)
        )
        review.settle(ports, db, row, review.Conclusion(state, ", ".join(names)[:64], note))
    if state is AppealState.UPHELD:
        renew.begin(ports, db, row, [one.ground for one in given if one.verdict is Verdict.UPHELD])
    return state


def may_judge(ports: Ports, reviewer: Reviewer, appeal_id: str) -> bool:
    """Tell whether the reviewer may claim this appeal."""
    with ports.database.reading() as db:
        row = db.get(tables.Appeal, appeal_id)
        try:
            if row is not None:
                impartial.require(db, reviewer, row)
        except Forbidden:
            return False
        return row is not None


def next_of(ports: Ports, reviewer: Reviewer) -> str | None:
    """Return the appeal that this reviewer can judge next, None where there is none."""
    free = (one for one in queue(ports, reviewer) if not (one.taken or one.judged_by_me or one.waits))
    return next((one.row.id for one in free if may_judge(ports, reviewer, one.row.id)), None)


def held_until(ports: Ports, reviewer: Reviewer, appeal_id: str) -> datetime | None:
    """Return until when the reviewer's claim on the appeal holds, None without one."""
    with ports.database.reading() as db:
        mine = claim_of(ports, db, reviewer, appeal_id)
        return None if mine is None else mine.claimed_at + rules.CLAIM


def still_open(db: Session, appeal_id: str) -> tables.Appeal:
    """Return an open appeal, locked until the transaction ends."""
    hold(db, f"appeal {appeal_id}")
    row = db.get(tables.Appeal, appeal_id, populate_existing=True)
    if row is None:
        raise Absent("no such appeal")
    if row.state is not AppealState.LODGED:
        raise Conflict("this appeal has been judged", code="already_judged")
    return row


def _is_free(ports: Ports, looks: Sequence[tables.Review], reviewer: Reviewer) -> None:
    """Raise Conflict where the reviewer has already judged it or another holds a claim."""
    for one in looks:
        if one.operator_id == reviewer.operator_id and one.verdict is not None:
            raise Conflict("the second verdict is another reviewer's", code="already_judged")
        is_held = one.verdict is None and not rules.has_lapsed(one.claimed_at, ports.now())
        if is_held and one.operator_id != reviewer.operator_id:
            raise Conflict("somebody else has taken this appeal", code="already_claimed")


def claim_of(ports: Ports, db: Session, reviewer: Reviewer, appeal_id: str) -> tables.Review | None:
    """Return the reviewer's unexpired claim without a verdict, or None."""
    row = tables.Review
    mine = db.scalar(
        select(row).where(
            row.appeal_id == appeal_id, row.operator_id == reviewer.operator_id, row.verdict.is_(None)
        )
    )
    return mine if mine is not None and not rules.has_lapsed(mine.claimed_at, ports.now()) else None
