"""Decides on a report: scores are facts, thresholds are policy."""

from dataclasses import dataclass
from enum import StrEnum

from models.domain.layers.risk import must_answer, stricter
from models.domain.policy import Policy
from models.domain.record.report import Report

__all__ = ["UNANSWERED", "Decision", "Outcome", "Reason", "Report", "decide"]


class Outcome(StrEnum):
    """Outcome of a try."""

    PASSED = "passed"
    FAILED = "failed"
    RETRY = "retry"


class Reason(StrEnum):
    """Reason of an outcome, as the phone may see it."""

    OK = "ok"
    NOT_ACQUIRED = "not_acquired"
    ACTION_MISSING = "action_missing"
    ACTION_ORDER = "action_order"
    NOT_LIVE = "not_live"
    NOT_MATCHED = "not_matched"
    FRAMES_SEEN_BEFORE = "frames_seen_before"
    FRAMES_IRREGULAR = "frames_irregular"
    MATCHER_UNAVAILABLE = "matcher_unavailable"
    TRIES_USED_UP = "tries_used_up"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on a report; `hint` says what was wrong with unusable frames."""

    outcome: Outcome
    reason: Reason
    hint: str | None = None


UNANSWERED = Decision(Outcome.RETRY, Reason.MATCHER_UNAVAILABLE)
# What PAD says against a face in too little light is no evidence: it is filmed again in more of it.
DIM = "too_dark"


def decide(report: Report, policy: Policy) -> Decision:
    """Apply the thresholds in pipeline order, stricter at higher risk; a score on the threshold passes.

    The scores are those of the policy's model set.
    """
    report = report.under(policy.model_set)
    policy = stricter(policy, report.risk, own_phone=report.own_phone)
    if (
        report.seen_exact
        or report.seen_similar >= policy.similar_run
        or report.seen_movement_ms >= policy.similar_movement_ms
    ):
        return _failed(Reason.FRAMES_SEEN_BEFORE)
    if report.backward or report.gap_ms > policy.gap_max_ms:
        return _failed(Reason.FRAMES_IRREGULAR)
    # An empty room is static too, so check acquisition first.
    if report.motion < policy.motion_min or report.evidence < policy.evidence_min:
        return Decision(Outcome.RETRY, Reason.NOT_ACQUIRED, report.hint)
    if _still(report, policy):
        return _failed(Reason.FRAMES_IRREGULAR)
    if report.duration_ms < policy.duration_min_ms or _below(report.rate, policy.rate_min):
        return Decision(Outcome.RETRY, Reason.NOT_ACQUIRED, report.hint)
    if not report.in_order:
        return _failed(Reason.ACTION_ORDER)
    if not report.done:
        return _failed(Reason.ACTION_MISSING)
    return _who_and_alive(report, policy)


def _still(report: Report, policy: Policy) -> bool:
    """Tell whether the frames are identical for longer than a living face can be."""
    return (
        max(report.repeated, report.recurring) > policy.repeated_max
        or report.frozen_ms > policy.frozen_max_ms
        or report.looped_ms > policy.loop_max_ms
    )


def _who_and_alive(report: Report, policy: Policy) -> Decision:
    """Judge liveness, then identity; an unmeasured value never passes."""
    doubted = _presented(report, policy)
    if doubted is not None:
        return doubted
    if report.bezel is not None and _above(report.bezel, policy.bezel_max):
        return _failed(Reason.NOT_LIVE)
    # A photosensitive person was shown no colours and cannot have responded. On their own phone they are sent
    # to the counter before a try is drawn, so no response is measured there either.
    if policy.colour_required and (report.colour_asked or (report.own_phone and must_answer(policy))):
        if report.colour_p is None:
            return Decision(Outcome.RETRY, Reason.NOT_ACQUIRED, report.hint)
        if _above(report.colour_p, policy.colour_p_max):
            return _failed(Reason.NOT_LIVE)
    return _who(report, policy)


def _presented(report: Report, policy: Policy) -> Decision | None:
    """Return the decision of passive PAD, or None where it finds nothing."""
    if report.pad is None:
        return UNANSWERED if policy.pad_required else None
    fake = _below(report.pad, policy.pad_doubt_min) or _below(report.pad_low, policy.pad_low_min)
    if fake and report.hint != DIM:
        return _failed(Reason.NOT_LIVE)
    # The nets are wrong about some living faces, less about any film of them than about one.
    unsure = fake or report.pad < policy.pad_min
    return Decision(Outcome.RETRY, Reason.NOT_ACQUIRED, report.hint) if unsure else None


def _who(report: Report, policy: Policy) -> Decision:
    """Judge the comparison; a face that is not the same all along is not the claimed person's all along."""
    # Where no frame was drawn, the evidence speaks.
    mean = report.same_face_mean
    changes = _below(report.same_face, policy.same_face_min) or (
        mean is not None and _below(mean, policy.same_face_mean_min)
    )
    if changes or _below(report.score, _least(report, policy)) or _nearer_to_a_relative(report, policy):
        return _failed(Reason.NOT_MATCHED)
    return Decision(Outcome.PASSED, Reason.OK)


def _least(report: Report, policy: Policy) -> float:
    return policy.least_score(normalised=report.normalised, old=report.old)


def _below(score: float | None, minimum: float) -> bool:
    """Tell whether a score is missing or below its minimum; NaN is below."""
    return score is None or not score >= minimum


def _above(value: float, maximum: float) -> bool:
    """Tell whether a value is above its maximum; NaN is above."""
    return not value <= maximum


def _nearer_to_a_relative(report: Report, policy: Policy) -> bool:
    """Tell whether a relative who would pass scores about as high as the claimed person."""
    if report.score is None or report.relative is None or report.relative < _least(report, policy):
        return False
    return _below(report.score - report.relative, policy.cohort_margin)


def _failed(reason: Reason) -> Decision:
    return Decision(Outcome.FAILED, reason)
