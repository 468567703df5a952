"""A service that hangs, dies, lies or truncates never causes a pass or a counted try."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from api.capture import seen_frames
from matcher.errors import MatcherUnavailable
from matcher.local import LocalMatcher
from matcher.service import signing
from matcher.service.remote import Patience, RemoteMatcher
from matcher.types import Examination, Shown
from tests.matcher.captures import MAN, frames, observed, references
from tests.support import matching, play
from tests.support.world import World

SECRET = matching.SECRET.encode()


def answer(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    status: int = 200,
    signature: str = "",
    length: int | None = None,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.send_header(signing.SIGNATURE, signature)
    handler.end_headers()
    handler.wfile.write(body)


def signature(handler: BaseHTTPRequestHandler, request: bytes, status: int, body: bytes) -> str:
    return signing.sign_answer(SECRET, handler.headers[signing.ID], request, status, body)


def says(document: Any, status: int = 200) -> matching.Misbehaviour:
    """Yield a service that signs any answer."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()

    def misbehaviour(handler: BaseHTTPRequestHandler, request: bytes) -> None:
        answer(handler, body, status, signature(handler, request, status, body))

    return misbehaviour


def hangs(_: BaseHTTPRequestHandler, __: bytes) -> None:
    time.sleep(3)


def dribbles(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _n in range(40):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def truncates(handler: BaseHTTPRequestHandler, request: bytes) -> None:
    body = b'{"report": {}}'
    answer(handler, body[:5], 200, signature(handler, request, 200, body), length=len(body))
    handler.close_connection = True


def cuts_silently(handler: BaseHTTPRequestHandler, request: bytes) -> None:
    answer(handler, b"", 200, signature(handler, request, 200, b'{"report": {}}'))


def drops(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.connection.close()


def of_another_question(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    body = b'{"report": {}}'
    answer(
        handler, body, 200, signing.sign_answer(SECRET, handler.headers[signing.ID], b"another", 200, body)
    )


def floods(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    answer(handler, b" " * 6_000_000)


MISBEHAVIOURS: dict[str, matching.Misbehaviour] = {
    "hangs": hangs,
    "dribbles": dribbles,
    "truncates": truncates,
    "cuts silently": cuts_silently,
    "drops": drops,
    "floods": floods,
    "answers another question": of_another_question,
    "is not signed": lambda handler, _: answer(handler, b'{"report": {}}'),
    "is a proxy's page": lambda handler, _: answer(handler, b"<html>", 502),
    "is busy": lambda handler, _: answer(handler, b"{}", 503),
    "says no": says({"error": "internal"}, 500),
    "says nothing": says(b""),
    "says no JSON": says(b"{"),
    "says a list": says([]),
    "says an empty object": says({}),
    "says an unknown reason": says({"error": "bad_image", "reason": "ugly"}, 422),
    "says not a number": says(b'{"report": NaN}'),
}


def impatient(url: str) -> closing[RemoteMatcher]:
    return closing(RemoteMatcher(url, SECRET, matching.new_id, Patience(within_s=1.0, pause_s=0.0)))


@pytest.mark.parametrize("misbehaviour", MISBEHAVIOURS.values(), ids=MISBEHAVIOURS)
def test_an_invalid_answer_is_refused(misbehaviour: matching.Misbehaviour) -> None:
    with matching.misbehaving(misbehaviour) as url, impatient(url) as remote:
        with pytest.raises(MatcherUnavailable):
            remote.examine(Examination(("smile",), (), (), ()))
        with pytest.raises(MatcherUnavailable):
            remote.enrol(b"photo")


def test_an_unreachable_service_is_unavailable() -> None:
    url = f"http://127.0.0.1:{matching.free_port()}"
    with impatient(url) as remote, pytest.raises(MatcherUnavailable, match="nobody answers"):
        remote.enrol(b"photo")


Lie = Callable[[dict[str, Any]], None]


def lie(path: str, value: Any) -> Lie:
    """Return a change of one value deep in a report."""
    *way, last = path.split(".")

    def change(report: dict[str, Any]) -> None:
        place = report
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        lie("comparison.score", 40.0), lie("comparison.score", "high"), lie("pad.score", 1.5),
        lie("pad.lowest", -1), lie("continuity.same_face_min", 9), lie("timing.frozen_ms", 7),
        lie("timing.max_gap_ms", 1), lie("actions.0.action", "nod"), lie("actions.0.from_ms", 1),
        lie("acquisition.usable_motion", 99), lie("acquisition.usable_evidence", 99), lie("models", []),
        lie("comparison", {}), lie("timing", None),
        lie("colour.p", 0.001), lie("colour.score", 0.99), lie("colour.score", "high"),
        lie("colour.status", "not_asked"), lie("colour.lag_ms", 7), lie("colour", {}),
        lie("pad.cues.bezel", 0.0), lie("pad.cues.spread", 0.5), lie("pad.cues", {}),
    ],
)  # fmt: skip
def test_an_impossible_report_is_refused(matcher: LocalMatcher, change: Lie) -> None:
    filmed = frames(replace(MAN, length_s=1.6))
    examination = Examination(
        actions=("smile",),
        observations=tuple(observed(matcher, filmed)),
        evidence=tuple(frame for frame in filmed if frame.kind == "evidence"),
        references=references(matcher, "single_face.jpg"),
        colours=(Shown("#FF0000", 400), Shown("#00FF00", 400), Shown("#0000FF", 400)),
    )
    truth = matcher.examine(examination).to_json()
    with matching.misbehaving(says({"report": truth})) as url, impatient(url) as remote:
        assert remote.examine(examination).to_json() == truth
    change(truth)
    lies = matching.misbehaving(says({"report": truth}))
    with lies as url, impatient(url) as remote, pytest.raises(MatcherUnavailable):
        remote.examine(examination)


def test_observations_of_other_frames_are_refused(matcher: LocalMatcher) -> None:
    mine, theirs = frames(MAN)[:2], frames(MAN)[2:4]
    seen = {"observations": [one.to_json() for one in matcher.observe(theirs)]}
    others = matching.misbehaving(says(seen))
    with others as url, impatient(url) as remote, pytest.raises(MatcherUnavailable):
        remote.observe(mine)


@pytest.mark.parametrize("name", ["hangs", "drops", "truncates", "says an empty object", "is not signed"])
def test_the_person_loses_no_try_and_does_not_pass(world: World, name: str) -> None:
    verification_id = play.opened(world)
    scene = play.pushed(world, verification_id)
    phone = world.phone("openid-man")
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    play.show(world, phone, challenge)
    with matching.misbehaving(MISBEHAVIOURS[name]) as url, impatient(url) as remote:
        world.app.extensions["ports"] = replace(world.ports, matcher=remote)
        told = play.finish(phone, challenge)
        world.app.extensions["ports"] = world.ports
    assert (told["state"], told["reason"]) == ("consented", "matcher_unavailable")
    seen_frames.forget_everything(world.ports)  # the film at hand is the same again
    again = play.tried(world, phone, scene)
    assert again["state"] == "passed"
