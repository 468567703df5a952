"""Estimated sex and age, on photos of unambiguous persons."""

import pytest

from matcher.local import LocalMatcher
from models.domain.identity.looks import MAN, WOMAN
from scripts.demo.film import samples


@pytest.mark.parametrize(
    ("photo", "man"),
    [
        ("single_face.jpg", True),
        ("0-f1-su-ph.jpg", False),
        ("0-f15-hao-ph.jpg", False),
        ("15-f13-anc-ph.jpg", False),
    ],
)
def test_a_photo_tells_a_mans_face_from_a_womans(matcher: LocalMatcher, photo: str, man: bool) -> None:
    looks = matcher.enrol((samples() / photo).read_bytes()).looks
    assert looks is not None and (looks.male > MAN if man else looks.male < WOMAN)
    assert 14 <= looks.years <= 45


def test_a_photo_that_is_not_taken_has_no_looks(matcher: LocalMatcher) -> None:
    assert matcher.enrol((samples() / "multi_face.jpg").read_bytes()).looks is None
