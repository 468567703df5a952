"""Loading what the rules of abuse look at: eight weeks of purchases, without names, in columns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.policies import versions
from api.ports import CHINA, Ports
from models import tables
from models.domain.abuse.seen import WEEKS, Purchase, Tried
from models.domain.attempt import AttemptState, Channel
from models.domain.decision import Outcome
from models.domain.policy import Policy
from models.domain.record.fact import unpack
from models.domain.verification import SELF_SERVICE

# A bound on the work: the newest ones of a large installation.
MOST = 200_000
UNANSWERED = frozenset(
    {AttemptState.WAITING, AttemptState.EXPIRED, AttemptState.SUPERSEDED, AttemptState.UNDELIVERABLE}
)
Attempts = dict[str, tables.Attempt]


def purchases(ports: Ports, db: Session) -> list[Purchase]:
    """Return the purchases of the last eight weeks in order of time, those of sandboxes left out."""
    since = ports.now() - timedelta(weeks=WEEKS)
    row, shop = tables.Verification, tables.Institution
    wanted = (
        select(row.id, row.created_at, row.institution_id, row.cashier_id, row.cardholder_id, row.state)
        .join(shop, shop.id == row.institution_id)
        .where(row.created_at >= since, shop.sandbox.is_(False), shop.id != SELF_SERVICE)
        .order_by(row.created_at.desc())
        .limit(MOST)
    )
    found = db.execute(wanted).all()
    attempts, tries = _attempts(db, since), _tries(ports, db, since)
    families, disputed = of_record(db), _disputed(db, since)
    return [
        Purchase(
            id=one.id,
            at=one.created_at.astimezone(CHINA),
            shop=one.institution_id,
            cashier=f"{one.institution_id}/{one.cashier_id}",
            holder=one.cardholder_id,
            person=last.person_id if last else one.cardholder_id,
            family=families.get((last.person_id if last else None) or one.cardholder_id, one.cardholder_id),
            phone=_phone(last),
            state=one.state,
            tries=tries.get(one.id, ()),
            agent=bool(last and not last.listed),
            disputed=one.id in disputed,
        )
        for one, last in ((one, attempts.get(one.id)) for one in reversed(found))
    ]


def _phone(last: tables.Attempt | None) -> str | None:
    """Return whose WeChat answered a push."""
    if last is None or last.channel is not Channel.PUSH or last.state in UNANSWERED:
        return None
    return last.owner_index


def _attempts(db: Session, since: datetime) -> Attempts:
    """Return the last attempt with a person of each verification."""
    row = tables.Attempt
    wanted = select(row).where(row.created_at >= since, row.person_id.is_not(None)).order_by(row.number)
    return {one.verification_id: one for one in db.scalars(wanted)}


def _tries(ports: Ports, db: Session, since: datetime) -> Mapping[str, list[Tried]]:
    """Return the comparisons of each verification, from the sealed facts; emptied ones say nothing."""
    fact, decision, attempt = tables.DecisionFact, tables.Decision, tables.Attempt
    wanted = (
        select(fact.challenge_id, fact.report, attempt.verification_id, fact.outcome, fact.policy_version)
        .join(decision, decision.challenge_id == fact.challenge_id)
        .join(attempt, attempt.id == decision.attempt_id)
        .where(fact.decided_at >= since, fact.report.is_not(None))
        .order_by(fact.decided_at)
        .limit(MOST)
    )
    rows = db.execute(wanted).all()
    opened = ports.vault.open_each("decision_fact.report", rows)
    policies: dict[int, Policy] = {}
    found: dict[str, list[Tried]] = defaultdict(list)
    for one, packed in zip(rows, opened, strict=True):
        if packed is None:
            continue
        policy = policies.setdefault(one.policy_version, versions.pinned(db, one.policy_version))
        report = unpack(packed)[0].under(policy.model_set)
        least = policy.least_score(normalised=report.normalised, old=report.old)
        passed = one.outcome is Outcome.PASSED
        found[one.verification_id].append(Tried(report.score, report.relative, least, passed))
    return found


def of_record(db: Session) -> dict[str, str]:
    """Return a name of the family, one of its members, for everybody with relatives on record."""
    row = tables.FamilyLink
    return families((one, other) for one, other in db.execute(select(row.person_id, row.relative_id)))


def families(ties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for everybody tied to somebody one member who stands for all tied to them (union-find)."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, other in ties:
        parent[root(other)] = root(one)
    return {one: root(one) for one in list(parent)}


def _disputed(db: Session, since: datetime) -> frozenset[str]:
    row = tables.AgentPurchase
    wanted = select(row.verification_id).where(row.disputed_at.is_not(None), row.created_at >= since)
    return frozenset(db.scalars(wanted))
