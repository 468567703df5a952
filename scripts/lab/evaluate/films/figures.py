"""Summary of a liveness evaluation: error rates by person, group, action, rule and attack species."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from api.capture.facts import facts
from api.capture.precheck import in_the_way
from models.domain.attempt import APPEALABLE
from models.domain.decision import Outcome, Reason, decide
from models.domain.policy import Policy
from scripts.lab.evaluate import rates
from scripts.lab.evaluate.captures import Judged
from scripts.lab.evaluate.films import graded, persons, thresholds
from scripts.lab.evaluate.films.injected import KINDS
from scripts.lab.evaluate.presentations import BONA_FIDE, disjoint

# Below this rate a phone calls itself slow before the try (miniprogram/capture/precheck.ts).
SLOW = 1000 / 300
# After these outcomes the phone offers neither another try nor an appeal, only documents.
TO_DOCUMENTS = (Reason.NOT_LIVE, Reason.FRAMES_SEEN_BEFORE)


def summary(rows: Sequence[Judged], pad: str, policy: Policy) -> dict[str, Any]:
    """Return all figures; animated and spliced attacks are judged by the policy for customers' phones."""
    living = [row for row in rows if row.presentation.species == BONA_FIDE]
    plain = [row for row in living if not row.presentation.variant]
    shown = [row for row in rows if row.presentation.species not in (BONA_FIDE, *KINDS)]
    asked = [row for row in shown if row.presentation.actions]
    return {
        "pad": pad,
        "bona_fide": bona_fide(plain),
        "attacks": {name: _attack(some) for name, some in _by_species(asked).items()},
        "passive": {
            "bona_fide": persons.rate(_passive(plain), "bpcer", refused),
            "attacks": {name: _attack(some) for name, some in _by_species(_passive(shown)).items()},
        },
        "injected": {
            name: _injected(some, policy) for name, some in _by_species(rows).items() if name in KINDS
        },
        "variants": _variants(living),
        "graded_turns": graded.shown(plain),
        "thresholds": thresholds.left_out(plain, _passive(shown), policy),
    }


def bona_fide(rows: Sequence[Judged]) -> dict[str, Any]:
    """Return the error rates of bona fide presentations."""
    actions = sorted({action for row in rows for action in row.presentation.actions})
    people = persons.rate(rows, "by_person", refused)
    return {
        **_rate(rows, "bpcer", refused),
        "persons": people["persons"],
        "by_person": people["by_person"],
        "by_person_low95": people["low95"],
        "by_person_high95": people["high95"],
        "by_group": dict(persons.by_group(rows, "bpcer", refused)),
        "by_action": {
            action: persons.rate([r for r in rows if action in r.presentation.actions], "bpcer", refused)
            for action in actions
        },
        "acting": persons.rate([row for row in rows if row.presentation.actions], "bpcer", refused),
        "dead_ends": sum(dead_end(row) for row in rows),
    }


def refused(row: Judged) -> bool:
    """Tell whether a presentation was refused."""
    return row.decision.outcome is not Outcome.PASSED


def accepted(row: Judged) -> bool:
    """Tell whether a presentation passed."""
    return row.decision.outcome is Outcome.PASSED


def dead_end(row: Judged) -> bool:
    """Tell whether a refusal allows neither another try nor an appeal."""
    if row.decision.outcome is not Outcome.FAILED or row.decision.reason in APPEALABLE:
        return False
    return row.decision.reason in TO_DOCUMENTS


def _passive(rows: Sequence[Judged]) -> list[Judged]:
    return [row for row in rows if not row.presentation.actions]


def _by_species(rows: Sequence[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for row in rows:
        found.setdefault(row.presentation.species, []).append(row)
    return found


def _attack(rows: Sequence[Judged]) -> dict[str, Any]:
    films = persons.shares([_as_film(row) for row in rows], accepted)
    low, high = persons.interval(list(films.values()))
    mean = sum(films.values()) / len(films)
    return {
        **_rate(rows, "apcer", accepted),
        "films": len(films),
        "by_film": mean,
        "low95": low,
        "high95": high,
    }


def _as_film(row: Judged) -> Judged:
    """Return the row with the film's name as its person, for rates of attacks by film."""
    return replace(row, presentation=replace(row.presentation, person=row.presentation.claimed.stem))


def _rate(rows: Sequence[Judged], name: str, wrong: Callable[[Judged], bool]) -> dict[str, Any]:
    failed = {row.presentation for row in rows if wrong(row)}
    apart = disjoint([row.presentation for row in rows])
    reasons = Counter(str(row.decision.reason) for row in rows)
    return {
        "n": len(rows),
        name: len([row for row in rows if wrong(row)]) / len(rows) if rows else None,
        "n_disjoint": len(apart),
        "upper95": rates.upper95(sum(one in failed for one in apart), len(apart)),
        "reasons": dict(reasons.most_common()),
    }


def _injected(rows: Sequence[Judged], policy: Policy) -> dict[str, Any]:
    """Return the share of injection attacks accepted on a customer's phone, by this and by weaker policies.

    The default there is WeChat's own verification, which does not use this matcher; this applies where an
    administrator enables `own` on customers' phones. Prepared films match the screen colours only by chance.
    """
    given = [replace(facts(row.report, row.memory), own_phone=True) for row in rows]
    passed = [decide(one, policy).outcome is Outcome.PASSED for one in given]
    return {
        "n": len(rows),
        "apcer": sum(passed) / len(rows),
        "upper95": rates.upper95(sum(passed), len(rows)),
        "persons": len({row.presentation.person for row in rows}),
        "apcer_without_colours": sum(map(accepted, rows)) / len(rows),
        "reasons": dict(Counter(str(row.decision.reason) for row in rows).most_common()),
    }


def _variants(rows: Sequence[Judged]) -> Mapping[str, Any]:
    """Return the error rates of the same persons under changed filming conditions."""
    names = dict.fromkeys(row.presentation.variant for row in rows if row.presentation.variant)
    return {
        name: {
            **persons.rate(some, "bpcer", refused),
            "hinted": sum(refused(row) and hinted(row) for row in some) / len(some),
            "dead_ends": sum(map(dead_end, some)),
            "reasons": dict(Counter(str(row.decision.reason) for row in some).most_common()),
        }
        for name in names
        for some in [[row for row in rows if row.presentation.variant == name]]
    }


def hinted(row: Judged) -> bool:
    """Tell whether the precheck, or the phone by its own speed, would have given a hint."""
    if row.presentation.rate < SLOW:
        return True
    looks = [one for one in row.observations if one.kind == "evidence"][:2]
    return any(in_the_way(one) is not None for one in looks)
