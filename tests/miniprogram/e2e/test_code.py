"""The QR channel: the cashier's own phone, handed to the person and back."""

import pytest

from tests.miniprogram.e2e.acts import agree, allow_camera, film, heading
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_person_of_the_list_passes_and_hands_the_phone_back(stage: Stage) -> None:
    purchase = stage.open_purchase()
    page = stage.coded(purchase)
    phone = stage.phone("收费员")
    phone.open("pages/cashier/cashier")
    stage.figures.painted(phone, "cashier")
    stage.screens.look(phone, "cashier-scan")
    phone.tap("scan")
    phone.scan(page)
    phone.wait("person-0")
    stage.screens.look(phone, "cashier-choose")
    phone.tap("person-0")
    phone.tap("next")
    phone.wait("hand-over")
    stage.screens.look(phone, "cashier-handover")
    agree(phone)
    allow_camera(phone)
    stage.figures.decided(film(phone))
    assert heading(phone) == "认证成功"
    stage.screens.look(phone, "result-qr-passed")
    phone.tap("hand-back")
    phone.wait("handed-back")
    stage.screens.look(phone, "cashier-done")
    assert phone.run("phone.where()") == ["pages/cashier/cashier"]
    assert stage.state(purchase) == "passed"
    assert phone.complaints == []


def test_somebody_on_no_list_is_typed_in(stage: Stage) -> None:
    stage.open_purchase()
    purchase = stage.till.open(stage.people["王秀英"])
    agent = stage.people["李建国"]
    phone = stage.phone("收费员")
    phone.open(stage.coded(purchase))
    phone.tap("manual")
    phone.type("name", agent["name"])
    right = agent["id_number"]
    phone.type("id-number", right[:-1] + ("0" if right[-1] != "0" else "1"))
    phone.wait("[mp-id=id-state]:has-text('证件号不对')")
    stage.screens.look(phone, "cashier-manual")
    phone.type("id-number", right)
    phone.wait("[mp-id=id-state]:has-text('证件号正确')")
    phone.choose("relation", "护工")
    phone.tap("check-0")
    phone.tap("check-1")
    stage.screens.look(phone, "cashier-manual-checked")
    phone.tap("next")
    phone.wait("hand-over")
    agree(phone)
    allow_camera(phone)
    film(phone)
    assert heading(phone) == "认证成功"
    assert stage.state(purchase) == "passed"
    assert phone.complaints == []


def test_whoever_got_the_phone_is_asked_once_more_before_it_is_a_no(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("收费员")
    phone.open(stage.coded(purchase))
    phone.tap("person-0")
    phone.tap("next")
    phone.tap("decline")
    phone.wait("sure")
    stage.screens.look(phone, "cashier-sure")
    phone.tap("sure-back")
    phone.tap("decline")
    phone.tap("sure-yes")
    phone.wait("outcome")
    assert heading(phone) == "好的，不刷脸"
    assert phone.count("hand-back") == 1
    assert phone.complaints == []


def test_the_code_is_for_staff_only(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    phone.open(stage.coded(purchase))
    phone.wait("trouble")
    stage.screens.look(phone, "cashier-not-staff")
    assert heading(phone) == "这个码只供收费员使用"
    assert phone.complaints == []


def test_a_code_nobody_scanned_in_time_is_void(stage: Stage) -> None:
    purchase = stage.open_purchase()
    page = stage.coded(purchase)
    stage.let_pass(121)
    stage.till.wait_for(purchase["id"], "attempt.expired")
    phone = stage.phone("收费员")
    phone.open(page)
    phone.wait("trouble")
    stage.screens.look(phone, "verify-ended")
    assert heading(phone) == "这条消息已失效"
    assert phone.complaints == []
