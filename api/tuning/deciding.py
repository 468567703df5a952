"""Vectorised `decide`: the same outcomes, reasons and hints for thousands of facts at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from api.tuning.columns import Bools, Codes, Columns, Floats
from models.domain.decision import DIM, Decision, Outcome, Reason
from models.domain.layers.risk import Level, must_answer
from models.domain.policy import COLOURS_TELLING, Policy
from models.domain.record.fact import HINTS, NONE, RISKS

OUTCOMES, REASONS = tuple(Outcome), tuple(Reason)
PASSED, FAILED, RETRY = (OUTCOMES.index(one) for one in (Outcome.PASSED, Outcome.FAILED, Outcome.RETRY))


@dataclass(frozen=True, slots=True)
class Decisions:
    """n decisions as indexes into OUTCOMES, REASONS and HINTS (NONE: no hint)."""

    outcomes: Codes
    reasons: Codes
    hints: Codes

    def __len__(self) -> int:
        return len(self.outcomes)

    @property
    def passed(self) -> Bools:
        """Return for each decision whether it passed."""
        return np.equal(self.outcomes, PASSED)

    @property
    def failed(self) -> Bools:
        """Return for each decision whether it failed; tries without an answer neither passed nor failed."""
        return np.equal(self.outcomes, FAILED)

    def one(self, place: int) -> Decision:
        """Return one decision as `decide` would."""
        hint = self.hints[place]
        return Decision(
            OUTCOMES[self.outcomes[place]],
            REASONS[self.reasons[place]],
            None if hint == NONE else HINTS[hint],
        )


def decide_all(facts: Columns, policy: Policy) -> Decisions:
    """Return the decision on each of the facts; the first rule that applies decides."""
    facts = facts.under(policy.model_set)
    outcomes = np.full(len(facts), PASSED, np.uint8)
    reasons = np.full(len(facts), REASONS.index(Reason.OK), np.uint8)
    undecided = np.ones(len(facts), bool)
    for speaks, outcome, reason in _rules(facts, policy):
        decided = undecided & speaks
        outcomes[decided], reasons[decided] = OUTCOMES.index(outcome), REASONS.index(reason)
        undecided &= ~decided
    unusable = (outcomes == RETRY) & (reasons == REASONS.index(Reason.NOT_ACQUIRED))
    return Decisions(outcomes, reasons, np.where(unusable, facts.number("hint"), NONE).astype(np.uint8))


def _rules(facts: Columns, policy: Policy) -> Iterator[tuple[Bools, Outcome, Reason]]:
    """Yield each rule in pipeline order: where it applies, and its result."""
    number, flag = facts.number, facts.flag
    seen = (number("seen_exact") != 0) | (number("seen_similar") >= policy.similar_run)
    seen |= number("seen_movement_ms") >= policy.similar_movement_ms
    yield seen, Outcome.FAILED, Reason.FRAMES_SEEN_BEFORE
    jumps = (number("backward") != 0) | (number("gap_ms") > policy.gap_max_ms)
    yield jumps, Outcome.FAILED, Reason.FRAMES_IRREGULAR
    few = (number("motion") < policy.motion_min) | (number("evidence") < policy.evidence_min)
    yield few, Outcome.RETRY, Reason.NOT_ACQUIRED
    yield _still(facts, policy), Outcome.FAILED, Reason.FRAMES_IRREGULAR
    short = (number("duration_ms") < policy.duration_min_ms) | _below(facts, "rate", policy.rate_min)
    yield short, Outcome.RETRY, Reason.NOT_ACQUIRED
    yield ~flag("in_order"), Outcome.FAILED, Reason.ACTION_ORDER
    yield ~flag("done"), Outcome.FAILED, Reason.ACTION_MISSING
    yield from _liveness(facts, policy)
    yield from _colours(facts, policy)
    yield _not_matched(facts, policy), Outcome.FAILED, Reason.NOT_MATCHED


def _still(facts: Columns, policy: Policy) -> Bools:
    most = np.maximum(facts.number("repeated"), facts.number("recurring"))
    still: Bools = most > policy.repeated_max
    still |= facts.number("frozen_ms") > policy.frozen_max_ms
    still |= facts.number("looped_ms") > policy.loop_max_ms
    return still


def _liveness(facts: Columns, policy: Policy) -> Iterator[tuple[Bools, Outcome, Reason]]:
    """Yield the rules of passive PAD; an inconclusive try is repeated or, if allowed, continues."""
    pad, answered = facts.measured("pad")
    if policy.pad_required:
        yield ~answered, Outcome.RETRY, Reason.MATCHER_UNAVAILABLE
    attack = ~(pad >= policy.pad_doubt_min) | _below(facts, "pad_low", policy.pad_low_min)
    dim = facts.number("hint") == HINTS.index(DIM)
    yield answered & attack & ~dim, Outcome.FAILED, Reason.NOT_LIVE
    yield answered & (attack | (pad < policy.pad_min)), Outcome.RETRY, Reason.NOT_ACQUIRED
    bezel, looked_for = facts.measured("bezel")
    yield looked_for & ~(bezel <= policy.bezel_max), Outcome.FAILED, Reason.NOT_LIVE


def _colours(facts: Columns, policy: Policy) -> Iterator[tuple[Bools, Outcome, Reason]]:
    """Yield the rules of the colour response, where the risk or the phone requires one."""
    own, asked = facts.flag("own_phone"), facts.flag("colour_asked")
    risky = facts.number("risk") != RISKS.index(Level.LOW)
    by_risk = risky & (policy.risk_colours and policy.colour_count >= COLOURS_TELLING)
    must = own & must_answer(policy)
    needed = (policy.colour_required | by_risk | must) & (asked | must)
    chance, answered = facts.measured("colour_p")
    yield needed & ~answered, Outcome.RETRY, Reason.NOT_ACQUIRED
    yield needed & ~(chance <= policy.colour_p_max), Outcome.FAILED, Reason.NOT_LIVE


def least_scores(facts: Columns, policy: Policy) -> Floats:
    """Return the score that each of the decisions requires."""
    facts = facts.under(policy.model_set)
    bare = np.where(facts.flag("old"), policy.raw_score_min_old, policy.raw_score_min)
    return np.where(facts.flag("normalised"), policy.score_min, bare)


def relative_passes(facts: Columns, policy: Policy) -> Bools:
    """Return for each decision whether a recorded relative reaches the required score too."""
    facts = facts.under(policy.model_set)
    relative, compared = facts.measured("relative")
    return compared & ~(relative < least_scores(facts, policy))


def _not_matched(facts: Columns, policy: Policy) -> Bools:
    """Return for each decision whether another face was filmed, or a relative is as similar."""
    mean, drawn = facts.measured("same_face_mean")
    another = _below(facts, "same_face", policy.same_face_min)
    another |= drawn & ~(mean >= policy.same_face_mean_min)
    score, scored = facts.measured("score")
    low = ~scored | ~(score >= least_scores(facts, policy))
    with np.errstate(invalid="ignore"):
        apart = score - facts.measured("relative")[0]
    return another | low | (relative_passes(facts, policy) & ~(apart >= policy.cohort_margin))


def _below(facts: Columns, name: str, minimum: float) -> Bools:
    """Return for each decision whether a measurement is missing or below its minimum; NaN is below."""
    value, answered = facts.measured(name)
    return ~answered | ~(value >= minimum)
