"""Score populations from stored decisions: insured, unresolved, kin, spouses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from api.facts.writing import SEALED
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

BATCH = 10_000
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
    """Return the populations of a period, optionally of one group (a name in GROUPED_BY and its value)."""
    with ports.database.reading() as db:
        rows = list(db.connection().execute(_wanted(scope, group)))
        resolved = _resolved(db, {row.attempt_id for row in rows if row.outcome is not Outcome.PASSED})
    opened = ports.vault.open_each(SEALED, rows)
    kept = [row for row, packed in zip(rows, opened, strict=True) if packed is not None]
    facts = Columns.of([packed for packed in opened if packed is not None])
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
    """Return the groups that decisions of a period belong to, by name."""
    fact = tables.DecisionFact
    period = fact.decided_at >= scope.since, fact.decided_at < scope.until
    with ports.database.reading() as db:
        return {
            name: sorted(
                one for one in db.scalars(select(getattr(fact, name)).where(*period).distinct()) if one
            )
            for name in GROUPED_BY
        }


def _wanted(scope: Scope, group: tuple[str, str] | None) -> Any:
    fact, decision = tables.DecisionFact.__table__.c, tables.Decision.__table__.c
    wanted = (
        select(fact.challenge_id, fact.report, fact.outcome, decision.attempt_id, decision.person_id)
        .join_from(tables.DecisionFact, tables.Decision, decision.challenge_id == fact.challenge_id)
        .where(fact.decided_at >= scope.since, fact.decided_at < scope.until)
        .where(fact.provider == Provider.OWN, fact.report.is_not(None), fact.age_band.in_(ADULTS))
        .where(decision.person_id.is_not(None), fact.outcome != Outcome.RETRY)
    )
    if group is not None and group[0] in GROUPED_BY:
        wanted = wanted.where(cast(fact[group[0]], String) == group[1])
    return wanted.order_by(fact.decided_at.desc()).limit(scope.most)


def _resolved(db: Session, attempts: Iterable[str]) -> set[str]:
    """Return the attempts proven to be the insured's: they passed later, or the appeal was upheld."""
    decision, appeal, found, given = tables.Decision, tables.Appeal, set[str](), sorted(attempts)
    for first in range(0, len(given), BATCH):
        some = given[first : first + BATCH]
        passed = select(decision.attempt_id).where(decision.outcome == Outcome.PASSED)
        upheld = select(appeal.attempt_id).where(appeal.state == AppealState.UPHELD)
        found |= set(db.scalars(passed.where(decision.attempt_id.in_(some))))
        found |= set(db.scalars(upheld.where(appeal.attempt_id.in_(some))))
    return found


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
