"""Vectorised decisions equal single decisions: random reports, and all around every threshold."""

import itertools
import math
import random
from dataclasses import fields, replace

import numpy as np
import pytest

from api.tuning.columns import Columns
from api.tuning.deciding import decide_all, relative_passes
from models.domain.decision import Report, decide
from models.domain.policy import Policy
from models.domain.record.fact import FLAGS, HINTS, INTS, RISKS, SCORES, SIZE, Measured, pack

GOOD = Report(
    motion=20, evidence=5, duration_ms=6000, rate=5.0, done=True, same_face=0.7, same_face_mean=0.8, pad=0.9,
    pad_low=0.6, bezel=0.2, colour_asked=True, colour_p=0.001, score=0.7, relative=0.2,
)  # fmt: skip
UNUSUAL = (
    Policy(),
    Policy(pad_required=False, bezel_max=0.5, colour_required=True, cohort_margin=0.0),
    Policy(colour_own_phone=False, risk_colours=False, score_min=0.52, motion_min=0, duration_min_ms=0),
    Policy(pad_required=False, model_set="dlib"),
    Policy(colour_count=0, pad_min=0.1, cohort_margin=-1.0, similar_run=1, same_face_mean_min=-1.0),
)
# Each measurement with its thresholds.
MEETS = {
    "rate": ("rate_min",), "same_face": ("same_face_min",), "same_face_mean": ("same_face_mean_min",),
    "pad": ("pad_doubt_min", "pad_min"), "pad_low": ("pad_low_min",), "bezel": ("bezel_max",),
    "colour_p": ("colour_p_max",), "score": ("score_min", "raw_score_min", "raw_score_min_old"),
    "relative": ("score_min", "raw_score_min", "raw_score_min_old"), "motion": ("motion_min",),
    "evidence": ("evidence_min",), "duration_ms": ("duration_min_ms",), "gap_ms": ("gap_max_ms",),
    "repeated": ("repeated_max",), "recurring": ("repeated_max",), "frozen_ms": ("frozen_max_ms",),
    "looped_ms": ("loop_max_ms",), "seen_similar": ("similar_run",), "backward": (), "seen_exact": (),
    "seen_movement_ms": ("similar_movement_ms",),
}  # fmt: skip


def around(name: str, policy: Policy) -> list:
    """Return values at, next to and far from every threshold of a measurement."""
    edges = [getattr(policy, threshold) for threshold in MEETS[name]]
    if name in INTS:
        return sorted({max(0, edge + step) for edge in (0, *edges) for step in (-1, 0, 1)})
    beside = [math.nextafter(edge, way) for edge in edges for way in (-9, 9)]
    known = [] if name == "rate" else [None]
    return [*edges, *beside, *known, math.nan, -1.0, 0.0, 1.0, math.inf, -math.inf]


def drawn(rng: random.Random, policy: Policy, wild: float) -> Report:
    """Return a good report; with probability `wild` a measurement is replaced by one at its thresholds."""
    names = [name for name in (*SCORES, *INTS) if rng.random() < wild]
    changes = {name: rng.choice(around(name, policy)) for name in names}
    changes |= {name: rng.random() < 0.5 for name in FLAGS if rng.random() < wild * 2}
    if "score" not in changes and rng.random() < 0.3:
        # A lead over a relative equal to the margin, and slightly less.
        changes["relative"] = GOOD.score - policy.cohort_margin * rng.choice((0, 1, 1 - 1e-12, 2))
    report = replace(GOOD, risk=rng.choice(RISKS), hint=rng.choice((None, *HINTS)), **changes)
    return report if rng.random() < 0.5 else by_sets(rng, policy, report)


def by_sets(rng: random.Random, policy: Policy, report: Report) -> Report:
    """Return the report by other model sets, some of which did not compare."""
    by = {name: rng.choice(around(name, policy)) for name in ("score", "relative")}
    other = replace(report, **by, normalised=rng.random() < 0.5)
    first, second = rng.choice((("dlib", None), ("dlib", "sface"), ("sface", "dlib")))
    return replace(
        report, model_set=first, other_set=second, other_score=other.score if second else None,
        other_relative=other.relative if second else None, other_normalised=not second or other.normalised,
    )  # fmt: skip


def unequal(reports: list[Report], policy: Policy) -> list:
    """Return the reports that are decided differently."""
    together = decide_all(Columns.of([pack(one, Measured()) for one in reports]), policy)
    alone = [decide(one, policy) for one in reports]
    return [one for place, one in enumerate(reports) if together.one(place) != alone[place]]


@pytest.mark.parametrize("policy", UNUSUAL, ids=range(len(UNUSUAL)))
@pytest.mark.parametrize("wild", [0.02, 0.08, 0.3])
def test_drawn_reports_are_decided_alike(policy: Policy, wild: float) -> None:
    rng = random.Random(f"{wild} {policy}")
    reports = [drawn(rng, policy, wild) for _ in range(2_600)]
    assert unequal(reports, policy) == []
    assert len({decide(one, policy) for one in reports}) > 8


def test_reports_at_and_around_every_threshold_are_decided_alike() -> None:
    for policy in UNUSUAL:
        reports = [
            replace(GOOD, **{name: value, other: second, "own_phone": own})
            for name, other in itertools.combinations(("score", "relative", "pad", "pad_low", "colour_p"), 2)
            for value in around(name, policy)
            for second in around(other, policy)
            for own in (False, True)
        ]
        reports += [
            replace(GOOD, **{name: value, "old": old, "normalised": normalised, "risk": risk})
            for name in MEETS
            for value in around(name, policy)
            for old, normalised in itertools.product((False, True), repeat=2)
            for risk in RISKS
        ]
        assert unequal(reports, policy) == []


def test_every_deciding_measurement_is_tested() -> None:
    tried = {*MEETS, *FLAGS, "risk", "hint"}
    by_set = {field.name for field in fields(Report) if field.name.startswith(("other_", "model_set"))}
    assert tried == {field.name for field in fields(Report)} - by_set


def test_a_passing_relative_is_reported_apart_from_the_decision() -> None:
    near = [replace(GOOD, relative=value) for value in (None, 0.2, 0.46, 0.69, math.nan)]
    facts = Columns.of([pack(one, Measured()) for one in near])
    assert relative_passes(facts, Policy()).tolist() == [False, False, True, True, True]


@pytest.mark.parametrize(
    "wrong", [[b""], [b"\1" * (SIZE - 1)], [b"\2" * SIZE], [b"\1" + b"\xff" * (SIZE - 1)]]
)
def test_an_invalid_fact_is_refused(wrong: list[bytes]) -> None:
    with pytest.raises(ValueError, match="facts"):
        Columns.of(wrong)


def test_no_facts_are_no_decisions() -> None:
    assert len(decide_all(Columns.of([]), Policy())) == 0
    assert np.count_nonzero(decide_all(Columns.of([pack(GOOD, Measured())]), Policy()).passed) == 1
