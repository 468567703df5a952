"""One contract for matchers in this process (loaded at once or on demand) and behind HTTP."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from matcher.deferred import DeferredMatcher
from matcher.errors import BadImage, MatcherUnavailable
from matcher.local import LocalMatcher
from matcher.protocol import Matcher
from matcher.service import signing, wire
from matcher.service.remote import RemoteMatcher
from matcher.types import Embedder, Examination, Frame, Observation, OtherSet, Shown
from scripts.demo.film import samples
from tests.matcher.captures import MAN, frames, observed, references
from tests.support import matching
from tests.support.shared import shared

PHOTO = (samples() / "single_face.jpg").read_bytes()


@pytest.fixture(scope="module")
def modules() -> Iterator[str]:
    with matching.opencv_alone() as path:
        yield path


@pytest.fixture(scope="module")
def url(modules: str) -> Iterator[str]:
    with matching.service(PYTHONPATH=modules) as (address, _):
        yield address


@pytest.fixture(scope="module")
def matcher(modules: str) -> LocalMatcher:
    return LocalMatcher()


@pytest.fixture(scope="module")
def deferred(modules: str) -> DeferredMatcher:
    return DeferredMatcher()


@pytest.fixture(params=["local", "deferred", "remote"])
def either(request: pytest.FixtureRequest, matcher: LocalMatcher) -> Iterator[Matcher]:
    if request.param == "local":
        yield matcher
        return
    if request.param == "deferred":
        yield request.getfixturevalue("deferred")
        return
    with closing(
        RemoteMatcher(request.getfixturevalue("url"), matching.SECRET.encode(), matching.new_id)
    ) as remote:
        yield remote


def asked(matcher: LocalMatcher, seen: list[Observation], filmed: list[Frame]) -> Examination:
    return Examination(
        actions=("smile",),
        observations=tuple(seen),
        evidence=tuple(frame for frame in filmed if frame.kind == "evidence"),
        references=references(matcher, "single_face.jpg"),
        cohort=(references(matcher, "0-f1-su-ph.jpg"),),
        colours=(Shown("#FF0000", 400), Shown("#00FFFF", 400), Shown("#0000FF", 400), Shown("#FFFF00", 400)),
    )


def test_the_same_frames_show_the_same(either: Matcher, matcher: LocalMatcher) -> None:
    filmed = frames(MAN)
    seen = observed(either, filmed)
    assert seen == observed(matcher, filmed)
    assert either.progress(["smile", "nod"], seen) == [True, False]
    assert either.observe([]) == []


def test_the_same_capture_gives_the_same_report(either: Matcher, matcher: LocalMatcher) -> None:
    filmed = frames(MAN)
    examination = asked(matcher, observed(matcher, filmed), filmed)
    report = either.examine(examination)
    assert report == matcher.examine(examination)
    assert {str(one.engine).split()[0] for one in report.models if one.engine} == {"opencv"}
    assert report.comparison.score > 0.5 > report.cohort.best
    assert report.colour.status == "measured"


def test_two_model_sets_score_one_probe_alike_on_either_side(either: Matcher, matcher: LocalMatcher) -> None:
    filmed = frames(MAN)
    examination = asked(matcher, observed(matcher, filmed), filmed)
    both = replace(examination, model_set=Embedder.DLIB, other=OtherSet(Embedder.SFACE))
    report, alone = either.examine(both), matcher.examine(examination)
    assert either.model_sets() == tuple(Embedder) and report.model_set is Embedder.DLIB
    assert report.other is not None and report.other.comparison.score == pytest.approx(alone.comparison.score)
    assert report.comparison.score > report.cohort.best and report.comparison.sface is None


def test_a_capture_without_anything_is_reported_too(either: Matcher) -> None:
    report = either.examine(Examination(("nod",), (), (), ()))
    assert report.comparison.score is None and report.acquisition.evidence == 0


def test_each_says_whether_it_has_pad_weights(either: Matcher) -> None:
    assert either.has_pad() is False


@pytest.mark.parametrize("photo", ["single_face.jpg", "multi_face.jpg", "no-face"])
def test_the_same_photo_is_enrolled_alike(either: Matcher, matcher: LocalMatcher, photo: str) -> None:
    data = PHOTO if photo == "no-face" else (samples() / photo).read_bytes()
    assert either.enrol(data) == matcher.enrol(data)


@pytest.mark.parametrize(
    ("image", "reason"),
    [(b"GIF89a", "not_an_image"), (PHOTO[:3000], "truncated"), (b"\0" * 1_100_000, "too_many_bytes")],
)
def test_a_bad_picture_is_named(either: Matcher, image: bytes, reason: str) -> None:
    with pytest.raises(BadImage) as refused:
        either.observe([Frame(0, 0, "motion", image)])
    assert refused.value.reason == reason


def test_requests_without_the_secret_are_refused(url: str) -> None:
    with (
        closing(RemoteMatcher(url, b"another secret", matching.new_id)) as stranger,
        pytest.raises(MatcherUnavailable),
    ):
        stranger.enrol(PHOTO)
    answer = httpx.post(f"{url}/enrol", json={"photo": ""}, trust_env=False)
    assert (answer.status_code, answer.json()) == (401, {"error": "unsigned"})


def signed(url: str, path: str, body: bytes, at: float | None = None) -> httpx.Response:
    """Send any body with a valid signature."""
    time_sent = str(int(time.time() if at is None else at))
    headers = {signing.ID: "id", signing.TIME: time_sent}
    headers[signing.SIGNATURE] = signing.sign_request(matching.SECRET.encode(), path, "id", time_sent, body)
    return httpx.post(url + path, content=body, headers=headers, trust_env=False, timeout=20)


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_request_of_another_time_is_refused(url: str, seconds: int) -> None:
    assert signed(url, "/observe", b"{}", time.time() + seconds).status_code == 401


@pytest.mark.parametrize("path", ["/observe", "/examine", "/enrol"])
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b"null", b"[" * 5000, b'{"photo": 7, "frames": 7}', b'{"frames": [{}]}',
     b'{"frames": [], "previous": [{"seq": 1}]}', b'{"examination": '
     b'{"actions": ["fly"], "observations": [], "evidence": [], '
     b'"references": [], "cohort": [], "grey_zone": [0, 1]}}', b'{"grey_zone": [NaN, 1]}'],
)  # fmt: skip
def test_a_malformed_question_is_refused(url: str, path: str, body: bytes) -> None:
    answer = signed(url, path, body)
    assert answer.status_code == 400 and answer.json()["error"] == "malformed"


EMPTY = {
    "actions": [],
    "observations": [],
    "evidence": [],
    "references": [],
    "cohort": [],
    "grey_zone": [0, 1],
}


@pytest.mark.parametrize(
    "colours",
    [7, {}, ["#FF0000"], [{}], [{"rgb": "red", "ms": 400}], [{"rgb": "#FF00000", "ms": 400}],
     [{"rgb": "#FF0000", "ms": 0}], [{"rgb": "#FF0000", "ms": 10**9}], [{"rgb": "#FF0000", "ms": 400}] * 17],
)  # fmt: skip
def test_impossible_colours_are_refused(colours: object) -> None:
    body = json.dumps({"examination": EMPTY | {"colours": colours}}).encode()
    with pytest.raises(wire.Malformed):
        wire.check(wire.EXAMINE.read(body), ())


def test_colours_cross_the_wire_and_may_be_left_out() -> None:
    shown = (Shown("#FF0000", 400), Shown("#00FF00", 500))
    examination = Examination((), (), (), (), colours=shown)
    assert wire.EXAMINE.read(wire.EXAMINE.write(wire.ExamineRequest(examination))).examination == examination
    assert wire.EXAMINE.read(json.dumps({"examination": EMPTY}).encode()).examination.colours == ()


def test_too_large_a_question_is_refused(url: str) -> None:
    assert signed(url, "/enrol", b"\0" * (wire.MOST_BYTES + 1)).status_code == 413


def test_health_and_metrics_are_for_everybody(url: str) -> None:
    told = httpx.get(f"{url}/health", trust_env=False).json()
    assert told == {"status": "ok", "pad": "not_available", "model_sets": ["sface", "dlib"]}
    signed(url, "/observe", b"{")
    told = httpx.get(f"{url}/metrics", trust_env=False).text
    assert 'yibao_matcher_requests_total{route="/observe",status="400"}' in told
    assert "yibao_matcher_seconds_bucket" in told


def test_a_full_queue_says_when_to_come_back(url: str) -> None:
    body = wire.OBSERVE.write(wire.ObserveRequest(frames(MAN)[:12], []))
    answers: list[httpx.Response] = []
    threads = [
        threading.Thread(target=lambda: answers.append(signed(url, "/observe", body))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 503} and statuses.count(200) >= 2
    assert all(answer.headers["Retry-After"] == "1" for answer in answers if answer.status_code == 503)


def test_a_stop_lets_the_work_in_hand_be_finished() -> None:
    with matching.service() as (url, process):
        body = wire.OBSERVE.write(wire.ObserveRequest(frames(MAN)[:12], []))
        answers: list[httpx.Response] = []
        thread = threading.Thread(target=lambda: answers.append(signed(url, "/observe", body)))
        thread.start()
        time.sleep(0.15)
        process.send_signal(signal.SIGTERM)
        thread.join()
        assert answers[0].status_code == 200
        assert process.wait(timeout=40) == 0


def test_pad_weights_belong_to_the_service() -> None:
    with matching.service(YIBAO_PAD_DIR=str(shared("models")), YIBAO_PROFILE="production") as (url, _):
        filmed = frames(MAN)
        with closing(RemoteMatcher(url, matching.SECRET.encode(), matching.new_id)) as remote:
            seen = observed(remote, filmed)
        assert all(one.live is not None and one.live > 0.5 for one in seen if one.kind == "evidence")
        assert httpx.get(f"{url}/health", trust_env=False).json()["pad"] == "measured"


@pytest.mark.parametrize(
    "changes",
    [{"YIBAO_MATCHER_SECRET": "short"}, {"YIBAO_PROFILE": "production"}, {"YIBAO_PAD_DIR": "/nowhere"}],
)
def test_a_service_that_could_not_be_trusted_does_not_start(changes: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has died"), matching.service(**changes):
        pass
