"""The browser itself: no scene may cost the next ones theirs."""

import pytest

from tests.miniprogram.e2e.stage import Stage

pytestmark = pytest.mark.browser


def test_leaving_a_page_cancels_its_pending_requests(stage: Stage) -> None:
    phone = stage.phone("李建国")
    phone.open()
    phone.alter("/", seconds=0.5)
    phone.run("fetch('/') && new Promise((done) => setTimeout(done, 200))")
    other = stage.phone("李建国")
    assert other.run("new Promise((done) => setTimeout(() => done(42), 1000))") == 42
