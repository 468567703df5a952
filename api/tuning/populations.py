"""Score populations from stored decisions: insured, unresolved, kin, spouses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from api.facts.writing import SEALED
from api.policies import versions
from api.ports import Ports
from api.tuning.bands import Scores
from api.tuning.columns import Bools, Columns
from api.tuning.replaying import Scope
from models import tables
from models.domain.appeal import AppealState
from models.domain.decision import Outcome
from models.domain.provider import Provider
from models.domain.record.fact import MOST_RELATIVES
from models.domain.record.kin import BLOOD, ORDER, Kinship

# An attempt is over, and its appeal lodged, within an hour of its first try.
LATER = timedelta(hours=1)
# Newest decisions in which the devices and models to choose from are looked for.
SEEN = 5_000
# Adults only: children's faces say nothing about an adult's threshold.
ADULTS = ("18-39", "40-59", "60+", "unknown")
GROUPED_BY = ("institution_id", "district", "age_band", "sex", "device", "model_set")


@dataclass(frozen=True, slots=True)
class Populations:
    """Scores of a period, by population.

    `mated`: tries that passed, or whose attempt passed later or whose appeal was upheld; `unresolved`:
    failures whose truth is unknown; `blood` by relation and `spouses`: relatives compared in mated tries.
    """

    mated: Scores
    unresolved: Scores
    blood: dict[Kinship, Scores]
    spouses: Scores
    unreadable: int

    @property
    def kin(self) -> Scores:
        """Return the scores of all kin by blood."""
        return _joined(self.blood.values())

    @property
    def all_insured(self) -> Scores:
        """Return mated and unresolved tries together, as if every failure were the insured's."""
        return _joined([self.mated, self.unresolved])


def gather(ports: Ports, scope: Scope, group: tuple[str, str] | None = None) -> Populations:
    """Return the populations of a period, optionally of one group (a name in GROUPED_BY and its value).

    Without a group, the newest `scope.most` decisions of the period are read; of a group, all of the period.
    """
    with ports.database.reading() as db:
        model_set = versions.active(db).model_set
        since = scope.since if group else _since(db, scope)
        rows = list(db.connection().execute(_wanted(replace(scope, since=since), group)))
        resolved = {row.attempt_id for row in rows if row.outcome is Outcome.PASSED}
        resolved |= _resolved(db, since, scope.until)
    opened = ports.vault.open_each(SEALED, rows)
    kept = [row for row, packed in zip(rows, opened, strict=True) if packed is not None]
    facts = Columns.of([packed for packed in opened if packed is not None]).under(model_set)
    people = {one: n for n, one in enumerate(dict.fromkeys(row.person_id for row in kept))}
    persons = np.array([people[row.person_id] for row in kept], np.int64)
    known = np.array([row.outcome is Outcome.PASSED or row.attempt_id in resolved for row in kept], bool)
    score, scored = facts.measured("score")
    scored &= np.isfinite(score)
    blood = {one: _relatives(facts, persons, known, {one}) for one in ORDER if one in BLOOD}
    return Populations(
        mated=Scores(score[known & scored], persons[known & scored]),
        unresolved=Scores(score[~known & scored], persons[~known & scored]),
        blood=blood,
        spouses=_relatives(facts, persons, known, {Kinship.SPOUSE}),
        unreadable=len(rows) - len(kept),
    )


def choices(ports: Ports, scope: Scope) -> dict[str, list[str]]:
    """Return the groups to choose from: every institution and district, and the rest as seen lately."""
    fact, shop = tables.DecisionFact, tables.Institution
    places = select(shop.id, shop.district).where(shop.sandbox.is_(False))
    newest = select(fact.age_band, fact.sex, fact.device, fact.model_set).order_by(fact.decided_at.desc())
    period = fact.decided_at >= scope.since, fact.decided_at < scope.until
    with ports.database.reading() as db:
        found = zip(GROUPED_BY[:2], zip(*db.execute(places), strict=True), strict=False)
        seen = zip(
            GROUPED_BY[2:], zip(*db.execute(newest.where(*period).limit(SEEN)), strict=True), strict=False
        )
        values = dict([*found, *seen])
    return {name: sorted({one for one in values.get(name, ()) if one}) for name in GROUPED_BY}


def _since(db: Session, scope: Scope) -> datetime:
    """Return the start of a period in which there are `scope.most` decisions."""
    at = tables.DecisionFact.decided_at
    newest = select(at).where(at >= scope.since, at < scope.until).order_by(at.desc())
    return db.scalar(newest.offset(scope.most).limit(1)) or scope.since


def _wanted(scope: Scope, group: tuple[str, str] | None) -> Any:
    fact, decision = tables.DecisionFact.__table__.c, tables.Decision.__table__.c
    wanted = (
        select(fact.challenge_id, fact.report, fact.outcome, decision.attempt_id, decision.person_id)
        .join_from(tables.DecisionFact, tables.Decision, decision.challenge_id == fact.challenge_id)
        .where(fact.decided_at >= scope.since, fact.decided_at < scope.until)
        # The same instants: so that the decisions are read from one range of an index that holds all of it.
        .where(decision.created_at >= scope.since, decision.created_at < scope.until)
        .where(fact.provider == Provider.OWN, fact.report.is_not(None), fact.age_band.in_(ADULTS))
        .where(decision.person_id.is_not(None), fact.outcome != Outcome.RETRY)
    )
    if group is not None and group[0] in GROUPED_BY:
        wanted = wanted.where(cast(fact[group[0]], String) == group[1])
    return wanted.order_by(fact.decided_at.desc()).limit(scope.most)


def _resolved(db: Session, since: datetime, until: datetime) -> set[str]:
    """Return attempts proven to be the insured's otherwise: passed after the period, or the appeal upheld."""
    decision, appeal, later = tables.Decision, tables.Appeal, until + LATER
    passed = select(decision.attempt_id).where(decision.created_at >= until, decision.created_at < later)
    upheld = select(appeal.attempt_id).where(appeal.created_at >= since, appeal.created_at < later)
    found = set(db.scalars(passed.where(decision.outcome == Outcome.PASSED)))
    return found | set(db.scalars(upheld.where(appeal.state == AppealState.UPHELD)))


def _relatives(facts: Columns, persons: NDArray[np.int64], known: Bools, kinships: set[Kinship]) -> Scores:
    """Return the scores of relatives of some kinships in tries that the insured made."""
    codes = [ORDER.index(one) for one in kinships]
    parts = []
    for at in range(MOST_RELATIVES):
        score, scored = facts.measured(f"relative_score_{at}")
        taken = known & scored & np.isfinite(score) & np.isin(facts.rows[f"relation_{at}"], codes)
        parts.append(Scores(score[taken], persons[taken]))
    return _joined(parts)


def _joined(parts: Iterable[Scores]) -> Scores:
    all_parts: Sequence[Scores] = list(parts)
    values = np.concatenate([one.values for one in all_parts])
    return Scores(values, np.concatenate([one.persons for one in all_parts]))
