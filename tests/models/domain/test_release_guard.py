"""The guard on simulated releases: thousands at once, by the same rule as one decision after another."""

import math
import random
from dataclasses import dataclass, replace

import numpy as np
import pytest

from models.domain.release import evidence, guard
from models.domain.release.guard import Cause, Verdict
from models.domain.release.seen import Budget, Guard, Seen, Usual, usual
from models.domain.release.stages import Stage

USUAL = Usual(mean=0.64, deviation=0.12, failures=0.04)
RUNS = 1_000


def seen(treated=True, failed=False, before=True, score=0.64, fen=5_000, relative=False) -> Seen:
    return Seen(treated, failed, before, score, fen, relative)


@dataclass(frozen=True)
class Blocks:
    """By run and block: how many treated decisions it holds, and by how much more of them failed."""

    treated: np.ndarray
    difference: np.ndarray


def blocks(rng, runs, treated, *, bad, share=0.05, usual_rate=0.04):
    """Return blocks of random arms: each waits for one treated decision and for two controls."""
    before = rng.geometric(share, (runs, treated)) - 1
    short = np.maximum(evidence.CONTROLS - before, 0)
    late = rng.negative_binomial(np.maximum(short, 1), 1 - share, (runs, treated))
    held, controls = 1 + np.where(short > 0, late, 0), np.maximum(before, evidence.CONTROLS)
    failed = rng.binomial(held, bad) / held
    return Blocks(held, failed - rng.binomial(controls, usual_rate) / controls)


def pairs(rng, runs, treated, *, bad, usual_rate=0.04):
    """Return blocks of the last stage: one report each, decided by both versions."""
    drawn = rng.random((runs, treated))
    return Blocks(np.ones_like(drawn), (drawn < bad).astype(float) - (drawn < usual_rate))


def crossed(found):
    """Return, by run, after how many treated decisions the e-value reaches its level; inf if never."""
    grown = (evidence.growth(stake, found.difference) for stake in evidence.STAKES)
    wealth = [np.cumsum(np.log(factors), axis=1) for factors in grown]
    over = np.logaddexp.reduce(wealth, axis=0) - math.log(len(wealth)) >= evidence.LEVEL
    count = np.take_along_axis(np.cumsum(found.treated, axis=1), over.argmax(axis=1)[:, None], 1)[:, 0]
    return np.where(over.any(axis=1), count, np.inf)


def test_the_simulation_is_the_guard() -> None:
    """The guard itself, with arms drawn one by one, rolls back as often as the drawn blocks do."""
    rng, within = random.Random(1), []
    for _ in range(150):
        state = Guard()
        while state.treated < 60 and evidence.log_e_value(state.wealth) < evidence.LEVEL:
            treated = rng.random() < 0.25
            failed = rng.random() < (0.2 if treated else 0.04)
            state = guard.after(state, seen(treated, failed, score=None), USUAL, Stage.QUARTER)
        within.append(evidence.log_e_value(state.wealth) >= evidence.LEVEL)
    drawn = crossed(blocks(np.random.default_rng(1), 4_000, 60, bad=0.2, share=0.25)) <= 60
    assert abs(np.mean(within) - drawn.mean()) < 3 * math.sqrt(drawn.mean() * (1 - drawn.mean()) / 150)


def test_a_block_waits_for_two_controls_unless_both_versions_decide_one_report() -> None:
    state = guard.after(Guard(), seen(failed=True), USUAL, Stage.FIVE)
    state = guard.after(state, seen(treated=False), USUAL, Stage.FIVE)
    assert state.wealth == Guard().wealth
    assert guard.after(state, seen(treated=False), USUAL, Stage.FIVE).wealth > Guard().wealth
    assert guard.after(Guard(), seen(failed=True), USUAL, Stage.FULL).wealth > Guard().wealth


@pytest.mark.parametrize("share", [0.05, 0.25])
def test_a_bad_policy_is_rolled_back_within_200_treated_decisions(share: float) -> None:
    at = crossed(blocks(np.random.default_rng(2), 4 * RUNS, 200, bad=0.20, share=share))
    assert (at <= 200).mean() >= 0.99


def test_a_policy_that_turns_bad_for_everybody_is_rolled_back_within_200_decisions() -> None:
    at = crossed(pairs(np.random.default_rng(2), RUNS, 200, bad=0.20))
    assert (at <= 200).mean() >= 0.999


# On the margin itself one in a hundred is what the level promises, so a thousand runs may show a few more.
@pytest.mark.parametrize(("bad", "most"), [(0.04, 0.001), (0.05, 0.02)])
@pytest.mark.parametrize("share", [0.05, 0.25])
def test_a_policy_that_is_no_worse_is_hardly_ever_rolled_back(share: float, bad: float, most: float) -> None:
    drawn = (np.random.default_rng(seed) for seed in range(10))
    at = [crossed(blocks(rng, 100, 5_000, bad=bad, share=share)) for rng in drawn]
    assert (np.concatenate(at) <= 5_000).mean() <= most


def release(rng, state, stage, decisions, **drawn):
    """Return the guard after decisions of both arms at a stage, the verdict asked for after each."""
    treated_share = {Stage.FIVE: 0.05, Stage.QUARTER: 0.25, Stage.FULL: 1.0}[stage]
    verdicts = []
    for _ in range(decisions):
        state = guard.after(state, drawn["one"](rng, rng.random() < treated_share), drawn["usual"], stage)
        verdicts.append(guard.judge(state, stage, drawn.get("budget", Budget())))
        if verdicts[-1][0] in (Verdict.ROLL_BACK, Verdict.FREEZE, Verdict.HALT):
            break
    return state, verdicts[-1]


def shifted(shift: float, stricter: float = 0.0):
    def one(rng, treated):
        score = rng.gauss(0.64, 0.12) - shift
        least = 0.43
        failed = score < least + (stricter if treated else 0)
        return seen(treated, failed, score >= least, score)

    return one


@pytest.mark.parametrize("stage", [Stage.FIVE, Stage.QUARTER, Stage.FULL])
@pytest.mark.parametrize("stricter", [0.0, 0.01])
def test_scores_that_fall_in_both_arms_alarm_and_roll_nothing_back(stage: Stage, stricter: float) -> None:
    for seed in range(60):
        _, verdict = release(
            random.Random(seed), Guard(), stage, 600, one=shifted(0.12, stricter), usual=USUAL
        )
        assert verdict == (Verdict.FREEZE, Cause.DRIFT), seed


def test_failures_that_rise_in_both_arms_without_scores_are_drift_too() -> None:
    def spoilt(rng, treated):
        return seen(treated, rng.random() < 0.3, rng.random() >= 0.3, None)

    for seed in range(30):
        _, verdict = release(random.Random(seed), Guard(), Stage.FIVE, 600, one=spoilt, usual=USUAL)
        assert verdict == (Verdict.FREEZE, Cause.DRIFT)


def test_steady_scores_seldom_alarm() -> None:
    alarms = 0
    for seed in range(20):
        _, verdict = release(random.Random(seed), Guard(), Stage.FIVE, 2_000, one=shifted(0), usual=USUAL)
        alarms += verdict[0] is Verdict.FREEZE
    assert alarms <= 1


def test_a_lenient_policy_is_rolled_back_by_its_budget_not_by_its_failures() -> None:
    def kinder(rng, treated):
        tells = rng.random()
        return seen(treated, failed=tells < (0.01 if treated else 0.04), before=tells >= 0.04)

    _, verdict = release(random.Random(3), Guard(), Stage.FULL, 5_000, one=kinder, usual=USUAL)
    assert verdict == (Verdict.ROLL_BACK, Cause.BUDGET_PASSES)


def test_a_budget_is_spent_by_money_and_tenfold_by_relatives() -> None:
    state, rich = Guard(), Budget(passes=20, fen=500_000)
    lenient = seen(before=False, fen=100, relative=True)
    for spent, follows in ((10, Verdict.WAIT), (20, Verdict.WAIT), (30, Verdict.ROLL_BACK)):
        state = guard.after(state, lenient, USUAL, Stage.FIVE)
        assert state.lenient_weight == spent
        assert guard.judge(state, Stage.FIVE, rich)[0] is follows
    dear = guard.after(Guard(), seen(before=False, fen=500_001), USUAL, Stage.FIVE)
    assert guard.judge(dear, Stage.FIVE, rich) == (Verdict.ROLL_BACK, Cause.BUDGET_FEN)


def test_in_shadow_nothing_is_spent_and_both_versions_are_compared() -> None:
    state = Guard()
    for _ in range(500):
        assert guard.judge(state, Stage.SHADOW, Budget())[0] is Verdict.WAIT
        state = guard.after(state, seen(treated=False), USUAL, Stage.SHADOW)
    assert guard.judge(state, Stage.SHADOW, Budget()) == (Verdict.ADVANCE, Cause.ENOUGH)
    assert (state.treated, state.control, state.lenient) == (500, 500, 0)
    stricter = Guard()
    for number in range(200):
        stricter = guard.after(stricter, seen(False, before=number % 5 > 0), USUAL, Stage.SHADOW)
    assert guard.judge(stricter, Stage.SHADOW, Budget()) == (Verdict.ROLL_BACK, Cause.FAILURES)


@pytest.mark.parametrize(
    "unknown",
    [{"failed": None}, {"before_passed": None}, {"amount_fen": None}, {"score": math.nan}],
    ids=lambda one: next(iter(one)),
)
def test_a_missing_number_halts_and_never_advances(unknown: dict) -> None:
    ready = replace(Guard(), treated=10_000, control=10_000)
    assert guard.judge(ready, Stage.FIVE, Budget())[0] is Verdict.ADVANCE
    halted = guard.after(ready, replace(seen(), **unknown), USUAL, Stage.FIVE)
    assert guard.judge(halted, Stage.FIVE, Budget()) == (Verdict.HALT, Cause.MISSING)


def test_a_stage_in_doubt_waits_and_the_last_one_never_ends_by_numbers() -> None:
    doubted = replace(Guard(), treated=900, wealth=(4.0,) * len(evidence.STAKES))
    assert guard.judge(doubted, Stage.QUARTER, Budget()) == (Verdict.WAIT, Cause.IN_DOUBT)
    assert guard.judge(replace(Guard(), treated=10**6), Stage.FULL, Budget())[0] is Verdict.WAIT


def test_what_was_spent_stays_spent_at_the_next_stage() -> None:
    spent = guard.after(Guard(), seen(before=False, relative=True), USUAL, Stage.FIVE)
    assert guard.next_stage(spent) == Guard(lenient=1, lenient_weight=10, lenient_fen=50_000)


def test_what_is_usual_comes_from_decisions_and_is_unknown_without_any() -> None:
    assert usual([0.5, 0.7, math.nan], 1, 10) == Usual(0.6, pytest.approx(0.1414, abs=1e-4), 0.1)
    assert usual([], 0, 0) == Usual(0, 0, 0)
