"""Staff bind their own WeChat with the code an administrator gave them."""

import pytest

from tests.miniprogram.e2e.acts import heading
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STAFF = "pages/staff/staff"
FIELD = "document.querySelector('[mp-id=code] input')"
FITS = f"{FIELD}.scrollWidth <= {FIELD}.clientWidth"


def test_a_code_refuses_a_cashier_who_then_binds_and_scans(stage: Stage) -> None:
    code = stage.staff_code("赵晓明", "--counter", "1号台", "--shift", "mon-sun 00:00-23:59")
    page = stage.coded(stage.open_purchase())
    phone = stage.newcomer("赵晓明")
    phone.open(page)
    phone.wait("trouble")
    phone.tap("to-staff")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    phone.type("code", wrong)
    phone.tap("bind")
    phone.wait("[mp-id=error]:has-text('绑定码不对')")
    stage.screens.look(phone, "staff-wrong")
    phone.type("code", code)
    phone.tap("bind")
    phone.wait("bound")
    assert heading(phone) == "绑定好了"
    said = phone.text("wx-page-body:not([hidden]) .page")
    for words in ("赵*明，康宁大药房", "收银台：1号台", "班次：周一–周日 00:00-23:59"):
        assert words in said
    stage.screens.look(phone, "staff-bound")
    phone.tap("scan")
    phone.wait("scan-card")
    phone.tap("scan")
    phone.scan(page)
    phone.wait("person-0")
    assert phone.complaints == []


def test_a_code_is_good_for_one_wechat_and_a_wechat_for_one_member(stage: Stage) -> None:
    code = stage.staff_code("钱小芳")
    phone = stage.phone("收费员")
    phone.open("pages/cashier/cashier")
    phone.tap("to-staff")
    phone.type("code", code)
    phone.tap("bind")
    phone.wait("[mp-id=error]:has-text('另一位收费员')")
    stage.screens.look(phone, "staff-already")
    phone.tap("back")
    phone.wait("nothing")
    phone.tap("to-staff")
    phone.tap("scan")
    phone.wait("scan-card")
    assert phone.complaints == []


def test_too_many_wrong_codes_lock_the_phone_for_the_day(stage: Stage) -> None:
    code = stage.staff_code("孙丽")
    phone = stage.newcomer("孙丽")
    phone.open(STAFF)
    stage.figures.painted(phone, "staff")
    wrong = [f"{(int(code) + n) % 10**10:010}" for n in range(1, 6)]
    for guess in wrong:
        phone.type("code", guess)
        phone.tap("bind")
        phone.wait("[mp-id=error]:has-text('绑定码不对')")
    phone.type("code", code)
    phone.tap("bind")
    phone.wait("[mp-id=error]:has-text('输错太多次')")
    assert phone.complaints == []


def test_who_scans_without_being_staff_is_led_to_a_field_of_ten_digits(stage: Stage) -> None:
    page = stage.coded(stage.open_purchase())
    phone = stage.newcomer("周平")
    phone.open("pages/cashier/cashier")
    phone.tap("scan")
    phone.scan(page)
    phone.wait("trouble")
    stage.screens.look(phone, "cashier-scanned-not-staff")
    phone.tap("to-staff")
    phone.type("code", "123456789")
    phone.tap_in_vain("bind")
    assert phone.count("[mp-id=error]") == 0
    phone.type("code", "1234567890")
    phone.resize(320)
    phone.run("document.querySelector('.page').style.setProperty('--u', 2)")
    assert phone.run(FITS)
    phone.resize(375)
    assert phone.complaints == []
