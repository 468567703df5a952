"""Combines the matcher's report and the frame memory into the facts of a decision. Pure."""

from dataclasses import dataclass, replace

from matcher.types import ColourStatus
from matcher.types import Report as MatcherReport
from models.domain.decision import Report
from models.domain.layers.risk import must_answer
from models.domain.policy import COLOURS_TELLING, Policy


@dataclass(frozen=True, slots=True)
class Memory:
    """How much of a capture was filmed before.

    `exact`: byte-identical files; `frames`: frames similar to those of one earlier capture; `movement_ms`:
    how long the face moved as in one.
    """

    exact: int = 0
    frames: int = 0
    movement_ms: int = 0


NOTHING_SEEN = Memory()


def facts(answer: MatcherReport, memory: Memory = NOTHING_SEEN, *, old: bool = False) -> Report:
    """Return the facts that a policy decides on; `old` as in Report."""
    acquisition, timing, other = answer.acquisition, answer.timing, answer.other
    return Report(
        motion=acquisition.usable_motion,
        evidence=acquisition.usable_evidence,
        hint=acquisition.hint,
        duration_ms=timing.duration_ms,
        gap_ms=timing.max_gap_ms,
        rate=timing.rate,
        backward=timing.backward,
        repeated=timing.repeated,
        frozen_ms=timing.frozen_ms,
        looped_ms=timing.looped_ms,
        recurring=timing.recurring,
        done=all(action.done for action in answer.actions),
        in_order=answer.in_order,
        same_face=answer.continuity.same_face_min,
        same_face_mean=answer.continuity.same_face_mean,
        pad=answer.pad.score,
        pad_low=answer.pad.lowest,
        bezel=answer.pad.cues.bezel,
        colour_asked=answer.colour.status != ColourStatus.NOT_ASKED,
        colour_p=answer.colour.p,
        score=answer.comparison.score,
        relative=answer.cohort.best,
        model_set=answer.model_set,
        other_set=other.model_set if other else None,
        other_score=other.comparison.score if other else None,
        other_relative=other.cohort.best if other else None,
        other_normalised=other is None or other.comparison.background is not None,
        normalised=answer.comparison.background is not None,
        old=old,
        seen_exact=memory.exact,
        seen_similar=memory.frames,
        seen_movement_ms=memory.movement_ms,
    )


def under_light(report: Report, shown: int, brightness: int | None, policy: Policy) -> Report:
    """Return the report without its colour response where that cannot be measured.

    It is dropped for a face that was too bright before the try, unless an own phone must answer, and after
    fewer colours than needed to recognise one try in a hundred.
    """
    trusted = not (report.own_phone and must_answer(policy))
    if trusted and brightness is not None and brightness > policy.colour_light_max:
        return replace(report, colour_asked=False)
    return report if shown >= COLOURS_TELLING else replace(report, colour_p=None)
