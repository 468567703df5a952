"""Bodies that do not match their schema are malformed."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from matcher.service import wire
from matcher.types import Enrolment, Examination, Frame, FrameKind, Observation, Report
from tests.matcher.test_types import EARLIEST

FRAME = Frame(0, 0, FrameKind.EVIDENCE, b"\xff\xd8\xfe\xfb\x3e\x00", mirrored=True)
SEEN = Observation(0, 0, FrameKind.EVIDENCE, "aa", "00", 1, box=(0.1, 0.2, 0.3, 0.4), yaw=1.5)
REPORT = Report.from_json(EARLIEST)


def test_every_byte_of_a_picture_crosses_the_wire() -> None:
    frame = replace(FRAME, image=bytes(range(256)) * 3)
    asked = wire.ObserveRequest([frame], [SEEN])
    assert wire.OBSERVE.read(wire.OBSERVE.write(asked)) == asked


def test_base64_of_either_alphabet_is_read() -> None:
    assert wire.ENROL.read(b'{"photo": "__77Pg=="}') == wire.ENROL.read(b'{"photo": "//77Pg=="}')


def test_a_report_crosses_the_wire() -> None:
    told = wire.ExamineAnswer(REPORT)
    assert wire.EXAMINED.read(wire.EXAMINED.write(told)) == told


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_refused_and_never_read_as_missing(score: float) -> None:
    report = replace(REPORT, comparison=replace(REPORT.comparison, score=score))
    with pytest.raises(wire.Malformed, match="finite"):
        wire.EXAMINED.read(wire.EXAMINED.write(wire.ExamineAnswer(report)))


def changed(path: str, value: Any) -> bytes:
    """Return a report's body with one value changed, or removed with `...`."""
    document = {"report": REPORT.to_json()}
    place: Any = document
    *way, last = path.split(".")
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "body",
    [
        changed("report.comparison.score", "0.9"), changed("report.comparison.score", ...),
        changed("report.comparison.score", True), changed("report.comparison.score", 10**400),
        changed("report.comparison", {}), changed("report.comparison", None), changed("report.cohort", ...),
        changed("report.pad.status", "asleep"), changed("report.pad.cues", ...),
        changed("report.in_order", 1),
        changed("report.timing.looped_ms", ...), changed("report.timing.repeated", 0.5),
        changed("report.acquisition.hint", "ugly"), changed("report.actions", {}), changed("extra", math.nan),
        changed("report.extra", 1), changed("report.models", [{"name": "sface"}]),
        changed("report.comparison.score", 0.5)[:-1], b"", b"null", b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(wire.Malformed):
        wire.EXAMINED.read(body)


@pytest.mark.parametrize("photo", ["/9j", "/9j!", "//77P", "é", 7, None, [1]])
def test_a_photo_that_is_not_base64_is_malformed(photo: object) -> None:
    with pytest.raises(wire.Malformed):
        wire.ENROL.read(json.dumps({"photo": photo}).encode())


def test_a_malformed_body_is_not_repeated_in_the_error() -> None:
    with pytest.raises(wire.Malformed) as refused:
        wire.ENROL.read(b'{"photo": 110101199003071234}')
    assert "110101199003071234" not in f"{refused.value!r} {refused.value.__cause__}"


@pytest.mark.parametrize(
    "examination",
    [
        Examination(("nod",) * 65, (), (), ()), Examination((), (SEEN,) * 201, (), ()),
        Examination((), (), (FRAME,) * 25, ()), Examination((), (), (), (), cohort=((),) * 17),
        Examination(("fly",), (), (), ()),
    ],
    ids=["actions", "observations", "evidence", "relatives", "an unknown action"],
)  # fmt: skip
def test_too_much_and_unknown_actions_are_refused(examination: Examination) -> None:
    with pytest.raises(wire.Malformed):
        wire.check(wire.ExamineRequest(examination), ("nod",))


def test_more_frames_than_a_request_may_have_are_refused() -> None:
    with pytest.raises(wire.Malformed):
        wire.OBSERVE.read(wire.OBSERVE.write(wire.ObserveRequest([FRAME] * 25, [])))


def test_an_enrolment_that_failed_crosses_the_wire() -> None:
    told = wire.EnrolAnswer(Enrolment("no_face"))
    assert wire.ENROLLED.read(wire.ENROLLED.write(told)) == told
