"""Check a service's answers: recompute what can be recomputed, and bound the rest."""

import math
from collections.abc import Sequence
from dataclasses import astuple

from matcher.errors import MatcherUnavailable
from matcher.liveness import actions, colour, fingerprint
from matcher.liveness.cues import cues
from matcher.liveness.timing import timing
from matcher.types import (
    Cohort,
    ColourResponse,
    Comparison,
    Embedder,
    Enrolment,
    Examination,
    Frame,
    FrameKind,
    Observation,
    PadCues,
    Report,
)

DIMENSIONS = 128
CLOSE = 1e-3


def observations(frames: Sequence[Frame], seen: list[Observation]) -> list[Observation]:
    """Return the observations if they are of these very frames; raises MatcherUnavailable."""
    sent = [(one.seq, one.t_ms, one.kind, fingerprint.sha256(one.image)) for one in frames]
    if [(one.seq, one.t_ms, one.kind, one.sha256) for one in seen] != sent:
        raise MatcherUnavailable("the observations are of other frames")
    return seen


def report(examination: Examination, given: Report) -> Report:
    """Return the report if it can be one on this very examination; raises MatcherUnavailable."""
    seen = sorted(examination.observations, key=lambda one: one.seq)
    motion = [one for one in seen if one.kind == FrameKind.MOTION]
    believable = (
        _same_actions(examination, motion, given)
        and given.timing == timing(seen)
        and given.acquisition.motion == len(motion)
        and given.acquisition.usable_motion == sum(one.hint is None for one in motion)
        and 0 <= given.acquisition.usable_evidence <= len(examination.evidence)
        and _alike(given.colour, colour.response(examination.colours, seen))
        and _alike(given.pad.cues, cues(seen))
        and _possible(given, bool(examination.references))
        and _is_of_relatives(given.cohort, len(examination.cohort))
        and given.drawn.seed == examination.seed
        and given.drawn.motion == tuple(one.seq for one in motion if one.face)
        and given.model_set is examination.model_set
        and _named(given.comparison, examination.background)
        and _is_second_opinion(examination, given)
        and bool(given.models)
    )
    if not believable:
        raise MatcherUnavailable("the report is not on this examination")
    return given


def _same_actions(examination: Examination, motion: Sequence[Observation], given: Report) -> bool:
    """Tell whether the actions are those asked for, at the times at which they are seen here."""
    found = actions.in_order(examination.actions, motion)
    times = [(at.from_ms, at.to_ms) if at else (None, None) for at in found]
    told = [(one.action, (one.from_ms, one.to_ms)) for one in given.actions]
    return told == list(zip(examination.actions, times, strict=True)) and all(
        one.done or one.from_ms is None for one in given.actions
    )


def _alike(given: ColourResponse | PadCues, expected: ColourResponse | PadCues) -> bool:
    """Tell whether facts equal those computed here, up to rounding."""
    return all(
        isinstance(told, float) and math.isclose(told, value, abs_tol=CLOSE)
        if isinstance(value, float)
        else told == value
        for told, value in zip(astuple(given), astuple(expected), strict=True)
    )


def _possible(given: Report, has_references: bool) -> bool:
    """Tell whether every score is in its range, and None where nothing was compared."""
    pads = (given.pad.score, given.pad.lowest)
    return (
        all(value is None or -2.0 <= value <= 2.0 for value in _likenesses(given))
        and all(value is None or 0.0 <= value <= 1.0 for value in pads)
        and _possible_scores(given.comparison, given.cohort)
        and (given.comparison.score is None or (has_references and given.acquisition.usable_evidence > 0))
    )


def _possible_scores(compared: Comparison, cohort: Cohort) -> bool:
    """Tell whether scores are in their range, and the deciding one is one of them."""
    decided = compared.raw if compared.background is None else compared.normalised
    cosines = (compared.score, cohort.best, compared.sface, compared.raw)
    return compared.score == decided and all(one is None or -2.0 <= one <= 2.0 for one in cosines)


def _named(compared: Comparison, background: str | None) -> bool:
    """Tell whether the scores are normalised by the background asked for."""
    return compared.background in (None if compared.score is None else background,)


def _is_second_opinion(examination: Examination, given: Report) -> bool:
    """Tell whether the other model set's scores are there, and possible, where they were asked for."""
    asked, told = examination.other, given.other
    if asked is None or told is None:
        return asked is None and told is None
    return (
        told.model_set is asked.model_set
        and _named(told.comparison, asked.background)
        and _possible_scores(told.comparison, told.cohort)
        and _is_of_relatives(told.cohort, len(examination.cohort))
        and (told.comparison.score is None or given.acquisition.usable_evidence > 0)
    )


def _is_of_relatives(given: Cohort, asked: int) -> bool:
    """Tell whether every relative asked for is there, and the best of them is the best."""
    scores = [one.score for one in given.relatives if one.score is not None]
    bounded = [one.raw for one in given.relatives if one.raw is not None] + scores
    if len(given.relatives) != asked or not all(-2.0 <= value <= 2.0 for value in bounded):
        return False
    return given.best == max(scores, default=None)


def _likenesses(given: Report) -> tuple[float | None, float | None]:
    return given.continuity.same_face_min, given.continuity.same_face_mean


def enrolment(given: Enrolment) -> Enrolment:
    """Return the result for a photo if it is complete; raises MatcherUnavailable."""
    engines = sorted(one.engine for one in given.templates)
    whole = all(len(one.vector) == DIMENSIONS for one in given.templates)
    looks = given.looks is None or (0 <= given.looks.male <= 1 and 0 <= given.looks.years <= 80)
    if not (whole and looks) or engines != (sorted(Embedder) if given.verdict == "ok" else []):
        raise MatcherUnavailable("the enrolment is incomplete")
    return given
