"""Reports on real films: identity, actions, continuity."""

import json
import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from api.capture.facts import facts
from matcher.local import LocalMatcher
from matcher.types import Examination, Observation
from models.domain.decision import Outcome, Reason, decide
from models.domain.policy import Policy
from scripts.demo.film import Film, samples
from tests.matcher.captures import MAN, WOMAN, examined, frames, observed, still
from tests.support.shared import shared

POLICY = Policy(pad_required=False)


def decided(report) -> tuple[Outcome, Reason]:
    """Return what the default thresholds make of a matcher's report."""
    decision = decide(facts(report), POLICY)
    return decision.outcome, decision.reason


def test_the_right_man_passes(matcher: LocalMatcher) -> None:
    assert decided(examined(matcher, frames(MAN))) == (Outcome.PASSED, Reason.OK)


def test_another_person_is_not_matched_though_she_smiles(matcher: LocalMatcher) -> None:
    report = examined(matcher, frames(WOMAN))
    assert all(action.done for action in report.actions)
    assert decided(report) == (Outcome.FAILED, Reason.NOT_MATCHED)


@pytest.mark.parametrize("action", ["turn_left", "turn_right", "nod", "closer", "open_mouth", "close_eyes"])
def test_the_right_man_doing_something_else_is_refused(matcher: LocalMatcher, action: str) -> None:
    report = examined(matcher, frames(MAN), [action])
    assert decided(report) == (Outcome.FAILED, Reason.ACTION_MISSING)


def test_a_still_photo_is_refused(matcher: LocalMatcher) -> None:
    report = examined(matcher, still(samples() / "single_face.jpg"))
    assert report.comparison.score > POLICY.score_min
    assert decided(report)[0] is Outcome.FAILED


def test_a_moved_photo_is_refused(matcher: LocalMatcher) -> None:
    def waved(picture: np.ndarray, t: float) -> np.ndarray:
        height, width = picture.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 8 * math.sin(2 * t), 1 + 0.15 * math.sin(t))
        turn[:, 2] += [20 * math.sin(3 * t), 15 * math.cos(2 * t)]
        return cv2.warpAffine(picture, turn, (width, height))

    for action in ("smile", "turn_left", "nod", "open_mouth"):
        report = examined(matcher, still(samples() / "single_face.jpg", waved, 4.0), [action])
        assert decided(report) == (Outcome.FAILED, Reason.ACTION_MISSING)


def test_a_photo_tilted_like_a_turning_head_is_refused(matcher: LocalMatcher) -> None:
    def tilted(picture: np.ndarray, t: float) -> np.ndarray:
        height, width = picture.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        turn = cv2.Rodrigues(np.array([0.6 * math.sin(2 * t), 0.8 * math.sin(1.5 * t), 0.0]))[0]
        deep = 1.5 * width
        space = np.c_[corners - [width / 2, height / 2], np.zeros(4)] @ turn.T + [0, 0, deep]
        shown = (space[:, :2] / space[:, 2:] * deep + [width / 2, height / 2]).astype(np.float32)
        return cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, shown), (width, height))

    for action in ("turn_left", "turn_right", "nod"):
        report = examined(matcher, still(samples() / "single_face.jpg", tilted, 5.0), [action])
        assert decided(report) == (Outcome.FAILED, Reason.ACTION_MISSING)


def test_two_faces_are_not_acquired(matcher: LocalMatcher) -> None:
    report = examined(matcher, still(samples() / "multi_face.jpg"))
    assert report.acquisition.usable_evidence == 0
    assert decided(report)[1] in (Reason.NOT_ACQUIRED, Reason.FRAMES_IRREGULAR)


def test_no_face_is_not_acquired(matcher: LocalMatcher) -> None:
    report = examined(matcher, frames(Film(samples() / "no_face.mp4", 0.0, 3.0)))
    assert report.acquisition.hint == "no_face"
    assert decided(report) == (Outcome.RETRY, Reason.NOT_ACQUIRED)
    assert report.comparison.score is None


def test_a_face_that_changes_half_way_is_not_one_face(matcher: LocalMatcher) -> None:
    man, woman = frames(MAN), frames(WOMAN)
    last = man[-1]
    spliced = [
        frame.__class__(frame.seq + last.seq + 1, frame.t_ms + last.t_ms + 200, frame.kind, frame.image)
        for frame in woman
    ]
    report = examined(matcher, [*man, *spliced])
    assert report.continuity.same_face_min < POLICY.same_face_min
    assert decided(report)[0] is Outcome.FAILED


def test_a_relative_who_is_nearer_is_told_apart(matcher: LocalMatcher) -> None:
    report = examined(matcher, frames(MAN), claimed="0-f1-su-ph.jpg", cohort=["single_face.jpg"])
    assert report.cohort.best > report.comparison.score
    assert decided(report) == (Outcome.FAILED, Reason.NOT_MATCHED)


def test_a_gap_of_more_than_a_second_is_no_film(matcher: LocalMatcher) -> None:
    filmed = [frame for frame in frames(WOMAN) if not 1000 < frame.t_ms < 2300]
    report = examined(matcher, filmed)
    assert decided(report) == (Outcome.FAILED, Reason.FRAMES_IRREGULAR)


def test_the_same_pictures_over_and_over_are_no_film(matcher: LocalMatcher) -> None:
    first = [frame for frame in frames(MAN) if frame.kind == "motion"][:3]
    looped = [
        first[n % 3].__class__(n, n * 200, "evidence" if n % 5 == 4 else "motion", first[n % 3].image)
        for n in range(20)
    ]
    assert decided(examined(matcher, looped)) == (Outcome.FAILED, Reason.FRAMES_IRREGULAR)


def test_the_same_capture_gives_the_same_report(matcher: LocalMatcher) -> None:
    first, second = (examined(matcher, frames(MAN)) for _ in range(2))
    assert first == second


def test_a_report_names_its_models_and_survives_json(matcher: LocalMatcher) -> None:
    report = examined(matcher, frames(MAN))
    assert {one.name for one in report.models} >= {"yunet", "mesh", "sface", "dlib"}
    assert all(len(one.sha256) == 64 for one in report.models)
    assert json.loads(json.dumps(report.to_json(), allow_nan=False)) == report.to_json()


def test_observations_survive_json(matcher: LocalMatcher) -> None:
    for one in observed(matcher, frames(MAN)):
        assert Observation.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_batches_do_not_change_what_is_seen(matcher: LocalMatcher) -> None:
    filmed = frames(MAN)
    assert observed(matcher, filmed) == matcher.observe(filmed)


def test_a_mirrored_frame_is_turned_back(matcher: LocalMatcher) -> None:
    frame = frames(WOMAN)[3]
    picture = cv2.imdecode(np.frombuffer(frame.image, np.uint8), cv2.IMREAD_COLOR)
    flipped = cv2.imencode(".png", np.ascontiguousarray(picture[:, ::-1]))[1].tobytes()
    plain = cv2.imencode(".png", picture)[1].tobytes()
    (straight,) = matcher.observe([frame.__class__(0, 0, "motion", plain)])
    (back,) = matcher.observe([frame.__class__(0, 0, "motion", flipped, mirrored=True)])
    assert back.yaw == pytest.approx(straight.yaw) and back.box == straight.box


def test_the_second_engine_is_asked_only_in_the_grey_zone(matcher: LocalMatcher) -> None:
    outside = examined(matcher, frames(MAN)).comparison
    assert outside.dlib is None and outside.score == outside.sface
    inside = examined(matcher, frames(MAN), grey_zone=(-1.0, 1.0), cohort=["0-f1-su-ph.jpg"])
    assert 0 < inside.comparison.dlib < 0.6
    stranger = examined(matcher, frames(WOMAN), grey_zone=(-1.0, 1.0))
    assert stranger.comparison.dlib > inside.comparison.dlib
    assert stranger.comparison.score < POLICY.score_min < inside.comparison.score


def test_pad_is_measured_only_with_its_weights(matcher: LocalMatcher) -> None:
    pad = examined(matcher, frames(MAN)).pad
    assert (pad.status, pad.score, pad.lowest, pad.frames) == ("not_available", None, None, 0)
    guarded = LocalMatcher(1, shared("models"))
    pad = examined(guarded, frames(MAN)).pad
    assert pad.status == "measured" and pad.frames >= 2 and pad.score > 0.5


def test_a_head_bowed_low_is_not_taken_for_another_face(matcher: LocalMatcher) -> None:
    nodding = frames(Film(shared("liveness") / "bona_fide.mp4", 9.8, 4.4))
    seen = observed(matcher, nodding)
    lost = [one for one in seen if not one.shows_who]
    assert len(lost) > 3 and not any(one.face for one in lost)
    assert sum(bool(one.face) for one in seen) >= 3
    continuity = examined(matcher, nodding, actions=("nod",)).continuity
    assert (continuity.same_face_min or 0) > 0.4 and (continuity.same_face_mean or 0) > 0.6


def test_which_motion_frames_are_drawn_depends_on_the_seed_alone(matcher: LocalMatcher) -> None:
    filmed = frames(WOMAN)
    drawn = [[one.seq for one in matcher.observe(filmed, seed=n) if one.face] for n in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1] and all(len(some) >= 2 for some in drawn)
    assert len({tuple(some) for some in drawn}) == 3


def test_a_report_names_its_seed_and_the_drawn_frames(matcher: LocalMatcher) -> None:
    filmed = frames(WOMAN)
    seen = tuple(matcher.observe(filmed, seed=5))
    evidence = tuple(frame for frame in filmed if frame.kind == "evidence")
    asked = Examination((), seen, evidence, (), seed=7)
    report = matcher.examine(asked)
    assert report == matcher.examine(asked) and report.drawn.seed == 7 and len(report.drawn.evidence) == 3
    assert report.drawn.motion == tuple(one.seq for one in seen if one.face)
    others = {matcher.examine(replace(asked, seed=n)).drawn.evidence for n in range(4)}
    assert len(others) > 1


@pytest.mark.parametrize(
    ("yaw", "pitch", "shows"),
    [(0, 5, True), (50, 0, True), (-50, 20, True), (0, 43, False), (0, -39, False), (-61, 0, False)],
)
def test_a_face_far_off_the_cameras_axis_does_not_show_who_it_is(
    yaw: float, pitch: float, shows: bool
) -> None:
    posed = Observation(0, 0, "motion", "", "", 1, yaw=yaw, pitch=pitch)
    assert posed.shows_who is shows
    assert not Observation(0, 0, "motion", "", "", 0).shows_who
