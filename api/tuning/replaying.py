"""Replays stored decisions under other thresholds: who would pass or fail instead, and the amounts."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session

from api.facts.writing import SEALED
from api.ports import Ports
from api.tuning.columns import Bools, Columns
from api.tuning.deciding import REASONS, Decisions, decide_all, relative_passes
from models import tables
from models.domain.policy import Policy
from models.domain.provider import Provider
from models.domain.release.overrides import under

FLIPS_SHOWN = 200
GROUPS = ("age_band", "sex", "institution_id", "district", "device")
# Thresholds applied while filming: a stored report was filmed under the old value.
NOT_REPLAYED = frozenset({
    "grey_low", "grey_high", "face_age_min", "similar_bits", "action_pool", "action_count", "evidence_count",
    "colour_count", "colour_light_max", "presence_code", "risk", "risk_raised", "risk_high", "risk_failures",
    "risk_actions", "agent_checks", "agent_quota",
})  # fmt: skip
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """Decisions to replay: from `since` (inclusive) to `until`, the newest `most`, in batches.

    `flips`: how many of the decisions that would change are returned one by one.
    """

    since: datetime
    until: datetime
    most: int = 1_000_000
    batch: int = 10_000
    flips: int = FLIPS_SHOWN


@dataclass(frozen=True, slots=True)
class Flip:
    """A decision that would change; `relative`: a family member would pass too."""

    challenge_id: str
    passes: bool
    before: str
    after: str
    amount_fen: int
    relative: bool
    group: Mapping[str, str | None]


@dataclass(slots=True)
class Replay:
    """Effect of a change: counts by direction, reason and group, and example flips.

    Counters by direction use True for newly passing. `unreadable` reports cannot be decrypted although no
    rule emptied them, and `incomparable` ones lack the scores of a policy's model set; they are in no other
    count.
    """

    decided: int = 0
    unreadable: int = 0
    incomparable: int = 0
    flips: Counter[bool] = field(default_factory=Counter)
    fen: Counter[bool] = field(default_factory=Counter)
    relatives: int = 0
    reasons: Counter[tuple[bool, str, str]] = field(default_factory=Counter)
    groups: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    group_flips: Counter[tuple[str, str | None, bool]] = field(default_factory=Counter)
    some: list[Flip] = field(default_factory=list)
    most: int = FLIPS_SHOWN


_OWN = tables.DecisionFact.provider == Provider.OWN, tables.DecisionFact.report.is_not(None)
_OVERRIDES = itemgetter(2)
_GROUP = itemgetter(slice(4, None))


def not_replayed(before: Policy, after: Policy) -> list[str]:
    """Return the changed fields whose effect stored reports cannot show; such a change starts at 5 %."""
    old, new = before.to_json(), after.to_json()
    return sorted(name for name in NOT_REPLAYED if old[name] != new[name])


def replay(
    ports: Ports, before: Policy, after: Policy, scope: Scope, progress: Progress = lambda *_: None
) -> Replay:
    """Return which decisions of a period `after` would change compared with `before`."""
    found = Replay(most=scope.flips)
    total, done = _total(ports, scope), 0
    for rows in _batches(ports, scope):
        done += len(rows)
        _take(ports, found, rows, (before, after))
        progress(done, total)
    return found


def _total(ports: Ports, scope: Scope) -> int:
    """Return an upper bound on the number of decisions from the index alone, for progress only."""
    at = tables.DecisionFact.decided_at
    with ports.database.reading() as db:
        found = db.scalar(select(func.count(at)).where(at >= scope.since, at < scope.until))
    return min(found or 0, scope.most)


def _batches(ports: Ports, scope: Scope) -> Iterator[Sequence[Any]]:
    """Yield rows of challenge, report, overrides, amount and groups, newest first.

    Each batch is read by itself, so that progress may be recorded between two.
    """
    fact = tables.DecisionFact.__table__.c
    overrides = func.nullif(cast(fact.overrides, String), "{}")
    columns = fact.challenge_id, fact.report, overrides, fact.amount_fen
    wanted = select(*columns, *(fact[name] for name in GROUPS)).where(*_OWN)
    left, until = scope.most, scope.until
    # In the index's order alone: sorting by id too would copy every row, so rows of one instant come apart.
    newest = wanted.where(fact.decided_at >= scope.since).order_by(fact.decided_at.desc())
    while left > 0:
        with ports.database.reading() as db:
            rows = _raw(db, newest.where(fact.decided_at < until).limit(min(scope.batch, left)))
            if not rows:
                return
            until = db.execute(select(fact.decided_at).where(fact.challenge_id == rows[-1][0])).scalar_one()
            taken = {row[0] for row in rows}
            rows += [row for row in _raw(db, wanted.where(fact.decided_at == until)) if row[0] not in taken]
        yield rows[:left]
        left -= len(rows)


def _raw(db: Session, wanted: Select[Any]) -> list[Any]:
    """Return the driver's rows: SQLAlchemy's cost as much as deciding."""
    cursor = db.connection().execute(wanted).cursor
    return list(cursor.fetchall()) if cursor is not None else []


def _take(ports: Ports, found: Replay, rows: Sequence[Any], policies: tuple[Policy, Policy]) -> None:
    """Add a batch to the counts; decisions made with overrides are replayed with them."""
    opened = ports.vault.open_each(SEALED, rows)
    overrides = set(map(_OVERRIDES, rows))
    if len(overrides) == 1 and None not in opened:
        _compare(found, rows, opened, _both(policies, *overrides))
        return
    found.unreadable += opened.count(None)
    for one in overrides:
        at = [n for n, packed in enumerate(opened) if packed is not None and rows[n][2] == one]
        if at:
            _compare(found, [rows[n] for n in at], [opened[n] for n in at], _both(policies, one))


def _both(policies: tuple[Policy, Policy], overrides: str | None) -> list[Policy]:
    return [under(policy, json.loads(overrides or "{}")) for policy in policies]


def _compare(
    found: Replay, rows: Sequence[Any], packed: Sequence[bytes | None], policies: Sequence[Policy]
) -> None:
    facts = Columns.of([one or b"" for one in packed])
    both = facts.has(policies[0].model_set) & facts.has(policies[1].model_set)
    if not both.all():
        found.incomparable += int((~both).sum())
        kept = np.flatnonzero(both).tolist()
        rows, packed = [rows[n] for n in kept], [packed[n] for n in kept]
        facts = Columns.of([one or b"" for one in packed])
    before, after = (decide_all(facts, policy) for policy in policies)
    found.decided += len(rows)
    for group, decided in Counter(map(_GROUP, rows)).items():
        for name, value in zip(GROUPS, group, strict=True):
            found.groups[name, value] += decided
    near = relative_passes(facts, policies[0]) | relative_passes(facts, policies[1])
    changed: Bools = before.passed != after.passed
    for at in np.flatnonzero(changed).tolist():
        _flip(found, rows[at], (before, after), at, bool(near[at]))


def _flip(found: Replay, row: Any, decided: tuple[Decisions, Decisions], at: int, near: bool) -> None:
    before, after = decided
    passes = bool(after.passed[at])
    reasons = str(REASONS[before.reasons[at]]), str(REASONS[after.reasons[at]])
    found.flips[passes] += 1
    found.fen[passes] += row[3]
    found.relatives += passes and near
    found.reasons[passes, *reasons] += 1
    group = dict(zip(GROUPS, _GROUP(row), strict=True))
    for name, value in group.items():
        found.group_flips[name, value, passes] += 1
    if len(found.some) < found.most:
        found.some.append(Flip(row[0], passes, *reasons, row[3], near, group))
