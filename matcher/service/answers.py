"""Whether a service's answer can be believed: what can be recomputed is, the rest must be possible."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from matcher.errors import MatcherUnavailable
from matcher.liveness import actions, colour, fingerprint
from matcher.liveness.cues import cues
from matcher.liveness.timing import timing
from matcher.types import Enrolment, Examination, Frame, Observation, Report

OBSERVATIONS = TypeAdapter(list[Observation])
REPORT = TypeAdapter(Report)
ENROLMENT = TypeAdapter(Enrolment)
Shape = TypeVar("Shape")
ENGINES = ("sface", "dlib")
DIMENSIONS = 128
CLOSE = 1e-3


def observations(frames: Sequence[Frame], document: Any) -> list[Observation]:
    """Return what the service saw in these very frames; raises MatcherUnavailable."""
    seen = _shaped(OBSERVATIONS, document)
    sent = [(one.seq, one.t_ms, one.kind, fingerprint.sha256(one.image)) for one in frames]
    if [(one.seq, one.t_ms, one.kind, one.sha256) for one in seen] != sent:
        raise MatcherUnavailable("the observations are of other frames")
    return seen


def report(examination: Examination, document: Any) -> Report:
    """Return the report on this very examination; raises MatcherUnavailable."""
    given = _shaped(REPORT, document)
    seen = sorted(examination.observations, key=lambda one: one.seq)
    motion = [one for one in seen if one.kind == "motion"]
    found = actions.in_order(examination.actions, motion)
    intervals = [(at.from_ms, at.to_ms) if at else (None, None) for at in found]
    try:
        told = [(one["action"], (one["from_ms"], one["to_ms"])) for one in given.actions]
        believable = (
            told == list(zip(examination.actions, intervals, strict=True))
            and all(one["done"] or one["from_ms"] is None for one in given.actions)
            and given.timing == timing(seen)
            and given.acquisition["motion"] == len(motion)
            and given.acquisition["usable_motion"] == sum(one.hint is None for one in motion)
            and 0 <= given.acquisition["usable_evidence"] <= len(examination.evidence)
            and _alike(given.colour, colour.response(examination.colours, seen))
            and _alike(given.pad["cues"], cues(seen))
            and _possible(given, bool(examination.references))
            and bool(given.models)
        )
    except (KeyError, TypeError):
        believable = False
    if not believable:
        raise MatcherUnavailable("the report is not on this examination")
    return given


def _alike(given: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Tell whether facts are those computed here; another machine may round otherwise."""
    return given.keys() == expected.keys() and all(
        isinstance(told, float) and math.isclose(told, value, abs_tol=CLOSE)
        if isinstance(value := expected[name], float)
        else told == value
        for name, told in given.items()
    )


def _possible(given: Report, has_references: bool) -> bool:
    """Tell whether every score is one an engine can give, and missing where nothing was compared."""
    score, relative = given.comparison["score"], given.cohort["best"]
    cosines = (score, relative, given.comparison["sface"], given.continuity["same_face_min"])
    pads = (given.pad["score"], given.pad["lowest"])
    return (
        all(value is None or -2.0 <= value <= 2.0 for value in cosines)
        and all(value is None or 0.0 <= value <= 1.0 for value in pads)
        and (score is None or (has_references and given.acquisition["usable_evidence"] > 0))
    )


def enrolment(document: Any) -> Enrolment:
    """Return what became of a photo; raises MatcherUnavailable."""
    given = _shaped(ENROLMENT, document)
    engines = sorted(one.engine for one in given.templates)
    whole = all(len(one.vector) == DIMENSIONS for one in given.templates)
    if not whole or engines != (sorted(ENGINES) if given.verdict == "ok" else []):
        raise MatcherUnavailable("the enrolment is incomplete")
    return given


def _shaped(shape: TypeAdapter[Shape], document: Any) -> Shape:
    try:
        return shape.validate_python(document)
    except ValidationError:
        raise MatcherUnavailable("the answer is not of the shape it should be") from None
