"""The cashier's phone in somebody else's hands: every end leads back to the cashier."""

import pytest

from tests.miniprogram.e2e.acts import agree, allow_camera, film, heading
from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def handed_over(stage: Stage, seen: str = "right") -> Phone:
    """Return the cashier's phone where the first person of the list is about to be filmed."""
    phone = stage.phone("收费员", seen)
    phone.open(stage.coded(stage.open_purchase()))
    phone.tap("person-0")
    phone.tap("next")
    phone.wait("hand-over")
    agree(phone)
    allow_camera(phone)
    return phone


def hand_back(phone: Phone) -> None:
    phone.tap("hand-back")
    phone.wait("handed-back")
    assert phone.run("phone.where()") == ["pages/cashier/cashier"]
    assert phone.complaints == []


def test_leaving_before_the_start_is_no_refusal_and_documents_end_it(stage: Stage) -> None:
    phone = handed_over(stage)
    phone.run("phone.hide()")
    phone.run("phone.show()")
    phone.wait("left")
    phone.tap("again")
    phone.wait("start")
    phone.tap("other")
    phone.wait("hand-back")
    stage.screens.look(phone, "result-qr-documents")
    hand_back(phone)


def test_an_appeal_needs_a_photo_taken_now(stage: Stage) -> None:
    stage.review_appeals()
    phone = handed_over(stage, "another")
    film(phone)
    phone.tap("appeal")
    phone.wait("submit")
    phone.tap("reason-other")
    phone.type("statement", "登记的照片是十年前拍的")
    phone.tap("submit")
    assert "照片" in phone.text("error")
    phone.tap("add-photo")
    phone.tap("shoot")
    phone.wait("remove-0")
    stage.screens.look(phone, "appeal-qr-photo")
    assert phone.run("document.querySelector('wx-image img').src").startswith("data:image/jpeg")
    phone.tap("submit")
    phone.wait("outcome")
    assert heading(phone) == "申诉已提交"
    hand_back(phone)
