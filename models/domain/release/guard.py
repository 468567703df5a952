"""The guard of a release: its state after each decision, and its verdict.

Failures reveal a policy that is too strict, never fraud. So passes that the previous version would have
refused are budgeted, by number and by amount, a relative's tenfold. Either budget or the e-value rolls back;
what degrades both arms alike is drift, which only freezes.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from models.domain.release import evidence
from models.domain.release.seen import Budget, Guard, Seen, Usual
from models.domain.release.stages import LEAST, Stage

RELATIVE_COUNTS = 10


class Verdict(StrEnum):
    """What the release must do next."""

    WAIT = "wait"
    ADVANCE = "advance"
    ROLL_BACK = "roll_back"
    HALT = "halt"
    FREEZE = "freeze"


class Cause(StrEnum):
    """Reason of a verdict."""

    TOO_FEW = "too_few"
    ENOUGH = "enough"
    FAILURES = "failures"
    BUDGET_PASSES = "budget_passes"
    BUDGET_FEN = "budget_fen"
    MISSING = "missing"
    DRIFT = "drift"
    IN_DOUBT = "in_doubt"
    OVERTAKEN = "overtaken"
    BY_HAND = "by_hand"


def after(guard: Guard, seen: Seen, usual: Usual, stage: Stage) -> Guard:
    """Return the guard after one more decision; a missing number is only counted as missing.

    In shadow nobody is treated and in the last stage everybody is: there the other version's decision on the
    same report stands in for the other arm.
    """
    if _lacks(seen, stage):
        return replace(guard, missing=guard.missing + 1)
    if stage is Stage.FULL and not seen.treated:
        return guard  # The attempt began before the stage did.
    guard = _drifting(guard, seen, usual, stage)
    treated = seen.treated and stage is not Stage.SHADOW
    guard = _counted(guard, treated=treated, failed=bool(seen.failed))
    if stage in (Stage.SHADOW, Stage.FULL):
        guard = _counted(guard, treated=not treated, failed=not seen.before_passed)
    if treated and not seen.failed and not seen.before_passed:
        guard = _spent(guard, seen.amount_fen or 0, seen.relative)
    # Where both versions decide the same report, each pair is a block.
    return _closed(guard, 1 if stage in (Stage.SHADOW, Stage.FULL) else evidence.CONTROLS)


def _lacks(seen: Seen, stage: Stage) -> bool:
    """Tell whether a number that the stage needs is unknown; a decision without a score is allowed."""
    broken_score = seen.score is not None and not math.isfinite(seen.score)
    by_both = (seen.treated or stage is Stage.SHADOW) and seen.before_passed is None
    return broken_score or by_both or seen.failed is None or seen.amount_fen is None


def _drifting(guard: Guard, seen: Seen, usual: Usual, stage: Stage) -> Guard:
    """Return the guard with the drift charges updated by the unchanged version's decision."""
    if seen.treated and stage in (Stage.FIVE, Stage.QUARTER):
        return guard
    failed = not seen.before_passed if stage is Stage.FULL else bool(seen.failed)
    failures = evidence.failure_drift(guard.drift_failures, failed, usual.failures)
    scores = guard.drift_score
    if seen.score is not None:
        scores = evidence.score_drift(scores, seen.score, usual.mean, usual.deviation)
    drifted = guard.drifted or max(scores, failures) >= evidence.DRIFT_LEVEL
    return replace(guard, drift_score=scores, drift_failures=failures, drifted=drifted)


def _counted(guard: Guard, *, treated: bool, failed: bool) -> Guard:
    """Return the guard with one decision added to an arm and to the open block."""
    if treated:
        return replace(
            guard,
            treated=guard.treated + 1,
            treated_failed=guard.treated_failed + failed,
            open_treated=guard.open_treated + 1,
            open_treated_failed=guard.open_treated_failed + failed,
        )
    return replace(
        guard,
        control=guard.control + 1,
        control_failed=guard.control_failed + failed,
        open_control=guard.open_control + 1,
        open_control_failed=guard.open_control_failed + failed,
    )


def _spent(guard: Guard, amount_fen: int, relative: bool) -> Guard:
    """Return the guard with one more pass that the previous version would have refused."""
    counts = RELATIVE_COUNTS if relative else 1
    return replace(
        guard,
        lenient=guard.lenient + 1,
        lenient_weight=guard.lenient_weight + counts,
        lenient_fen=guard.lenient_fen + counts * amount_fen,
    )


def _closed(guard: Guard, controls: int) -> Guard:
    """Return the guard with the open block closed and bet on, once both arms have enough decisions.

    Arms alone, never outcomes, determine which decision closes a block, so the bets stay fair.
    """
    if not guard.open_treated or guard.open_control < controls:
        return guard
    difference = (
        guard.open_treated_failed / guard.open_treated - guard.open_control_failed / guard.open_control
    )
    wealth = tuple(
        log + math.log(evidence.growth(stake, difference))
        for log, stake in zip(guard.wealth, evidence.STAKES, strict=True)
    )
    return replace(
        guard, wealth=wealth, open_treated=0, open_treated_failed=0, open_control=0, open_control_failed=0
    )


def judge(
    guard: Guard, stage: Stage, budget: Budget, wanted: Mapping[Stage, int] = LEAST
) -> tuple[Verdict, Cause]:
    """Return the verdict; checked in order: budgets, drift, missing numbers, failures, sample size.

    `wanted` is how many decisions a stage needs; only an invented history is content with fewer than LEAST.
    """
    if guard.lenient_weight > budget.passes:
        return Verdict.ROLL_BACK, Cause.BUDGET_PASSES
    if guard.lenient_fen > budget.fen:
        return Verdict.ROLL_BACK, Cause.BUDGET_FEN
    if guard.drifted:
        return Verdict.FREEZE, Cause.DRIFT
    if guard.missing:
        return Verdict.HALT, Cause.MISSING
    e_value = evidence.log_e_value(guard.wealth)
    if e_value >= evidence.LEVEL:
        return Verdict.ROLL_BACK, Cause.FAILURES
    least = wanted.get(stage)
    if least is None or guard.treated < least:
        return Verdict.WAIT, Cause.TOO_FEW
    if e_value >= evidence.DOUBT:
        return Verdict.WAIT, Cause.IN_DOUBT
    return Verdict.ADVANCE, Cause.ENOUGH


def next_stage(guard: Guard) -> Guard:
    """Return the guard at the beginning of a stage; the spent budget stays spent."""
    return Guard(lenient=guard.lenient, lenient_weight=guard.lenient_weight, lenient_fen=guard.lenient_fen)
