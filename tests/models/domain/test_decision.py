import math
from collections import ChainMap
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.decision import UNANSWERED, Decision, Outcome, Reason, Report, decide
from models.domain.policy import Policy

POLICY = Policy(
    score_min=0.5, cohort_margin=0.125, same_face_min=0.25,
    same_face_mean_min=0.5, pad_min=0.5, pad_doubt_min=0.2,
    bezel_max=0.6, colour_required=True, colour_p_max=0.01,
)  # fmt: skip
GOOD = Report(
    motion=40, evidence=5, duration_ms=6000, gap_ms=200, rate=6.0, done=True,
    same_face=0.9, same_face_mean=0.9, pad=0.95, pad_low=0.9, bezel=0.2, colour_asked=True, colour_p=0.002,
    score=0.8, relative=0.1,
)  # fmt: skip
PASSED = Decision(Outcome.PASSED, Reason.OK)
SCORES = st.none() | st.floats(-1, 1) | st.just(math.nan)

# What can be wrong with a film, in the order in which it is judged, and what it is then called.
PIPELINE: list[tuple[dict[str, Any], Outcome, Reason]] = [
    ({"seen_exact": 1}, Outcome.FAILED, Reason.FRAMES_SEEN_BEFORE),
    ({"seen_similar": POLICY.similar_run}, Outcome.FAILED, Reason.FRAMES_SEEN_BEFORE),
    ({"seen_movement_ms": 2000}, Outcome.FAILED, Reason.FRAMES_SEEN_BEFORE),
    ({"backward": 1}, Outcome.FAILED, Reason.FRAMES_IRREGULAR),
    ({"gap_ms": 1001}, Outcome.FAILED, Reason.FRAMES_IRREGULAR),
    ({"motion": 4}, Outcome.RETRY, Reason.NOT_ACQUIRED),
    ({"evidence": 1}, Outcome.RETRY, Reason.NOT_ACQUIRED),
    ({"repeated": 3}, Outcome.FAILED, Reason.FRAMES_IRREGULAR),
    ({"recurring": 3}, Outcome.FAILED, Reason.FRAMES_IRREGULAR),
    ({"frozen_ms": 1001}, Outcome.FAILED, Reason.FRAMES_IRREGULAR),
    ({"looped_ms": 1501}, Outcome.FAILED, Reason.FRAMES_IRREGULAR),
    ({"duration_ms": 1499}, Outcome.RETRY, Reason.NOT_ACQUIRED),
    ({"rate": 2.49}, Outcome.RETRY, Reason.NOT_ACQUIRED),
    ({"in_order": False}, Outcome.FAILED, Reason.ACTION_ORDER),
    ({"done": False}, Outcome.FAILED, Reason.ACTION_MISSING),
    ({"pad": None}, Outcome.RETRY, Reason.MATCHER_UNAVAILABLE),
    ({"pad": 0.19}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"pad": math.nan}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"pad_low": 0.09}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"pad_low": None}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"pad": 0.49}, Outcome.RETRY, Reason.NOT_ACQUIRED),
    ({"bezel": 0.61}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"bezel": math.nan}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"colour_p": None}, Outcome.RETRY, Reason.NOT_ACQUIRED),
    ({"colour_p": 0.02}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"colour_p": math.nan}, Outcome.FAILED, Reason.NOT_LIVE),
    ({"same_face": 0.24}, Outcome.FAILED, Reason.NOT_MATCHED),
    ({"same_face": None}, Outcome.FAILED, Reason.NOT_MATCHED),
    ({"same_face_mean": 0.49}, Outcome.FAILED, Reason.NOT_MATCHED),
    ({"same_face_mean": math.nan}, Outcome.FAILED, Reason.NOT_MATCHED),
    ({"score": 0.49}, Outcome.FAILED, Reason.NOT_MATCHED),
    ({"relative": 0.7}, Outcome.FAILED, Reason.NOT_MATCHED),
]


def reports():
    """Return reports with anything in any field."""
    counts, times, truth = st.integers(0, 60), st.integers(0, 20_000), st.booleans()
    return st.builds(
        Report, motion=counts, evidence=st.integers(0, 6), duration_ms=times, gap_ms=st.integers(0, 2000),
        rate=st.floats(0, 12) | st.just(math.nan), backward=st.integers(0, 1), repeated=st.integers(0, 4),
        frozen_ms=st.integers(0, 2000), done=truth, in_order=truth, same_face=SCORES, pad=SCORES,
        pad_low=SCORES, score=SCORES, relative=SCORES, seen_exact=st.integers(0, 1),
        seen_similar=st.integers(0, 4),
    )  # fmt: skip


def nearly_good():
    """Return reports of a good film of which only liveness and comparison vary."""
    return st.builds(replace, st.just(GOOD), same_face=SCORES, pad=SCORES, score=SCORES, relative=SCORES)


def test_a_flawless_report_passes():
    assert decide(GOOD, POLICY) == PASSED


@pytest.mark.parametrize(("flaw", "outcome", "reason"), PIPELINE, ids=str)
def test_each_single_flaw_has_its_own_answer(flaw, outcome, reason):
    decision = decide(replace(GOOD, **flaw), POLICY)
    assert (decision.outcome, decision.reason) == (outcome, reason)


@pytest.mark.parametrize("at", range(len(PIPELINE)))
def test_of_several_flaws_the_earliest_in_the_pipeline_is_named(at):
    flaws = ChainMap(*(flaw for flaw, _, _ in PIPELINE[at:]))
    decision = decide(replace(GOOD, **flaws), POLICY)
    assert (decision.outcome, decision.reason) == PIPELINE[at][1:]


@pytest.mark.parametrize(
    "edge",
    [
        {"seen_similar": 2},
        {"gap_ms": 1000},
        {"repeated": 2},
        {"frozen_ms": 1000},
        {"motion": 5},
        {"evidence": 2},
        {"duration_ms": 1500},
        {"rate": 2.5},
        {"same_face": 0.25},
        {"pad": 0.5},
        {"bezel": 0.6},
        {"colour_p": 0.01},
        {"score": 0.5},
        {"score": 0.75, "relative": 0.625},
        {"relative": 0.49, "score": 0.5},
        {"relative": None},
    ],
    ids=str,
)
def test_a_value_equal_to_its_threshold_passes(edge):
    assert decide(replace(GOOD, **edge), POLICY) == PASSED


@pytest.mark.parametrize("missing", [None, math.nan])
@pytest.mark.parametrize("field", ["same_face", "pad", "score"])
def test_unmeasured_values_never_pass(field, missing):
    assert decide(replace(GOOD, **{field: missing}), POLICY).outcome is not Outcome.PASSED


@pytest.mark.parametrize("field", ["rate", "relative"])
def test_nan_never_passes(field):
    assert decide(replace(GOOD, **{field: math.nan}), POLICY).outcome is not Outcome.PASSED


def test_a_missing_attack_detector_is_no_failure_of_the_person():
    assert decide(replace(GOOD, pad=None), POLICY) == UNANSWERED


def test_a_missing_attack_detector_is_tolerated_only_where_policy_says_so():
    assert decide(replace(GOOD, pad=None), replace(POLICY, pad_required=False)) == PASSED


@pytest.mark.parametrize("fake", [{"pad": 0.1}, {"pad_low": 0.05}])
def test_what_the_nets_say_against_a_face_in_too_little_light_is_no_evidence(fake: dict[str, float]) -> None:
    assert decide(replace(GOOD, **fake, hint="blurred"), POLICY).reason is Reason.NOT_LIVE
    dim = decide(replace(GOOD, **fake, hint="too_dark"), POLICY)
    assert (dim.outcome, dim.reason, dim.hint) == (Outcome.RETRY, Reason.NOT_ACQUIRED, "too_dark")


@pytest.mark.parametrize("p", [None, 0.02, 1.0])
def test_colours_and_lines_are_advisory_by_default(p):
    by_default = replace(POLICY, bezel_max=Policy().bezel_max, colour_required=Policy().colour_required)
    assert decide(replace(GOOD, bezel=1.0, colour_p=p), by_default) == PASSED


def test_colours_that_were_never_shown_fail_nobody():
    assert decide(replace(GOOD, colour_asked=False, colour_p=None), POLICY) == PASSED


def test_a_report_from_before_the_lines_were_measured_is_decided_as_then():
    assert decide(replace(GOOD, bezel=None), POLICY) == PASSED


@pytest.mark.parametrize("pad", [0.19, math.nan])
def test_an_attack_is_an_attack_even_where_detection_is_not_required(pad):
    lenient = replace(POLICY, pad_required=False)
    assert decide(replace(GOOD, pad=pad), lenient).reason is Reason.NOT_LIVE


@pytest.mark.parametrize(
    ("score", "relative", "outcome"),
    [
        (0.75, 0.625, Outcome.PASSED),
        (0.75, 0.626, Outcome.FAILED),
        (0.75, 0.9, Outcome.FAILED),
        (0.5, 0.499, Outcome.PASSED),
        (0.5, 0.5, Outcome.FAILED),
    ],
)
def test_the_claimed_person_must_be_clearly_nearer_than_a_relative_who_would_pass(score, relative, outcome):
    assert decide(replace(GOOD, score=score, relative=relative), POLICY).outcome is outcome


def test_a_hit_on_a_relative_is_only_called_not_matched():
    assert decide(replace(GOOD, relative=0.99), POLICY) == Decision(Outcome.FAILED, Reason.NOT_MATCHED)


@pytest.mark.parametrize("flaw", [{"motion": 0}, {"rate": 0.0}])
def test_the_hint_says_what_was_wrong_with_unusable_frames(flaw):
    assert decide(replace(GOOD, hint="too_dark", **flaw), POLICY).hint == "too_dark"


def test_an_empty_report_asks_for_another_try():
    assert decide(Report(), Policy()) == Decision(Outcome.RETRY, Reason.NOT_ACQUIRED)


@given(reports() | nearly_good())
def test_a_pass_depends_on_every_threshold(report):
    if decide(report, POLICY) != PASSED:
        return
    assert report.pad >= POLICY.pad_min
    assert report.score >= POLICY.score_min
    assert report.same_face >= POLICY.same_face_min
    assert report.rate >= POLICY.rate_min
    assert report.done
    assert report.in_order
    assert not (report.seen_exact or report.backward)


@given(nearly_good(), st.floats(-1, 1), st.sampled_from(["score", "pad", "same_face"]))
def test_a_better_score_never_loses_a_pass(report, better, field):
    worse = getattr(report, field)
    if decide(report, POLICY) == PASSED and better >= worse:
        assert decide(replace(report, **{field: better}), POLICY) == PASSED


@given(nearly_good(), st.floats(-1, 1))
def test_a_more_distant_relative_never_loses_a_pass(report, further):
    if decide(report, POLICY) == PASSED and report.relative is not None and further <= report.relative:
        assert decide(replace(report, relative=further), POLICY) == PASSED


@given(nearly_good(), st.floats(0, 1))
def test_a_stricter_threshold_never_makes_a_pass(report, stricter):
    strict = replace(POLICY, score_min=max(POLICY.score_min, stricter), cohort_margin=POLICY.cohort_margin)
    without_relatives = replace(report, relative=None)
    if decide(without_relatives, strict) == PASSED:
        assert decide(without_relatives, POLICY) == PASSED


@given(reports())
def test_a_stored_report_replays_to_the_same_decision(report):
    assert decide(Report.from_json(report.to_json()), POLICY) == decide(report, POLICY)


def test_a_report_stored_by_an_older_or_newer_version_is_still_read():
    assert Report.from_json({"score": 0.5, "of_a_later_version": 1}) == Report(score=0.5)


@pytest.mark.parametrize(
    ("colour_p", "low", "raised"),
    [
        (0.005, Reason.OK, Reason.OK),
        (0.5, Reason.OK, Reason.NOT_LIVE),
        (None, Reason.OK, Reason.NOT_ACQUIRED),
    ],
)
def test_a_raised_risk_needs_an_answer_to_the_colours(colour_p, low, raised):
    policy, report = replace(POLICY, colour_required=False), replace(GOOD, colour_p=colour_p)
    assert decide(report, policy).reason == low
    assert decide(replace(report, risk="raised"), policy).reason == raised
    assert decide(replace(report, risk="raised", colour_asked=False), policy).reason == Reason.OK


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"colour_p": 0.002}, Reason.OK),
        ({"colour_p": 0.5}, Reason.NOT_LIVE),
        ({"colour_p": None}, Reason.NOT_ACQUIRED),
        ({"colour_asked": False, "colour_p": None}, Reason.NOT_ACQUIRED),
    ],
)
def test_by_default_the_persons_own_phone_must_be_seen_to_light_the_face(facts, reason):
    report = replace(GOOD, **facts)
    assert decide(replace(report, own_phone=True), Policy()).reason == reason
    assert decide(report, Policy()).reason == Reason.OK
    assert decide(replace(report, own_phone=True), Policy(colour_own_phone=False)).reason == Reason.OK
    assert decide(replace(report, own_phone=True), Policy(colour_count=3)).reason == Reason.OK
