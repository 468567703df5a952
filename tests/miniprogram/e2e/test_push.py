"""The push channel, from the message in WeChat to the result: real servers, real film, real Chromium."""

import time

import pytest

from scripts.demo.film import samples
from tests.miniprogram.e2e.acts import agree, allow_camera, film, heading, prepare
from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ENCODER = "document.querySelector('[mp-id=encoder] canvas')"
EVIDENCE_SIDE = 640
STILL = ("没能确认是真人在拍。请用其他方式核验。", "没有看到要做的动作。请跟着提示慢慢做。")
FAILS = "Promise.reject(new DOMException('', 'NotReadableError'))"
IN_USE = f"navigator.mediaDevices.getUserMedia = () => {FAILS}"
PLACE = "document.querySelector('[mp-id=%s]').getBoundingClientRect()"
IN_VIEW = f"(({{top, bottom}}) => top >= 0 && bottom <= innerHeight)({PLACE})"


def test_the_right_person_passes(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    phone.open(stage.pushed(purchase))
    stage.figures.painted(phone, "verify")
    stage.screens.look(phone, "verify")
    agree(phone)
    allow_camera(phone)
    stage.screens.look(phone, "capture-ready")
    phone.tap("start")
    begun = time.monotonic()
    phone.wait("hard")
    phone.until(f"Math.max({ENCODER}.width, {ENCODER}.height) === {EVIDENCE_SIDE}")
    stage.screens.glance(phone, "capture-filming")
    phone.wait("outcome", 30)
    stage.figures.decided(time.monotonic() - begun)
    stage.figures.sent("ordinary", phone)
    stage.screens.look(phone, "result-passed")
    assert heading(phone) == "认证成功"
    assert phone.sent <= 400_000
    assert stage.state(purchase) == "passed"
    assert phone.complaints == []


def test_another_person_fails_twice_and_appeals_with_photos(stage: Stage) -> None:
    stage.review_appeals()
    purchase = stage.open_purchase()
    page = stage.pushed(purchase)
    phone = stage.phone("李建国", "another")
    prepare(phone, page)
    stage.figures.decided(film(phone))
    stage.screens.look(phone, "result-failed")
    assert heading(phone) == "这次没有通过"
    phone.tap("retry")
    phone.wait("start")
    film(phone)
    phone.tap("appeal")
    phone.wait("submit")
    phone.open(page.replace("verify/verify", "appeal/appeal"))
    stage.figures.painted(phone, "appeal")
    phone.tap("submit")
    phone.wait("error")
    phone.tap("reason-photo_outdated")
    phone.type("statement", "登记的照片是十年前拍的")
    for name in ("single_face.jpg", "45-m7-di-ph.jpg"):
        phone.tap("add-photo")
        phone.give_photos(samples() / name)
    stage.screens.look(phone, "appeal")
    phone.tap("submit")
    phone.wait("outcome")
    stage.screens.look(phone, "result-appealed")
    assert heading(phone) == "申诉已提交"
    assert stage.state(purchase) == "appealed"
    assert phone.complaints == []
    a_reviewer_asks_for_more(stage, phone)


def a_reviewer_asks_for_more(stage: Stage, phone: Phone) -> None:
    """Return the message in WeChat leads to a form that says what to send; sent once, it says so for good."""
    stage.allow()
    before = len(stage.messages("李建国"))
    stage.ask_for_more()
    page = stage.message("李建国", before)
    phone.open(page)
    phone.tap("submit")
    phone.wait("error")
    phone.tap("add-photo")
    phone.give_photos(samples() / "single_face.jpg")
    phone.type("statement", "以前留长头发，现在剪短了。")
    stage.screens.look(phone, "more")
    phone.tap("submit")
    phone.wait("told")
    assert heading(phone) == "已经发给工作人员"
    stage.screens.look(phone, "more-sent")
    phone.tap("list")
    phone.wait("[mp-id=line-0]:has-text('材料已发，正在看')")
    assert phone.complaints == []


def test_a_still_photo_fails(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国", "still")
    prepare(phone, stage.pushed(purchase))
    film(phone)
    assert heading(phone) == "这次没有通过"
    assert phone.text("status-text") in STILL
    assert stage.state(purchase) == "open"
    assert phone.complaints == []


@pytest.mark.parametrize(("seen", "said"), [("nobody", "没有看到脸"), ("two", "有别人也在画面里")])
def test_the_phone_says_what_stands_in_the_way(stage: Stage, seen: str, said: str) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国", seen)
    prepare(phone, stage.pushed(purchase))
    phone.wait(f"[mp-id=say]:has-text('{said}')")
    stage.screens.look(phone, f"capture-{seen}")
    film(phone)
    stage.screens.look(phone, f"result-{seen}")
    assert "没有拍清楚" in phone.text("status-text")
    assert stage.state(purchase) == "open"
    assert phone.complaints == []


def test_on_a_small_phone_with_the_largest_text_the_instruction_is_in_view(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国", width=320, height=568, font=32)
    prepare(phone, stage.pushed(purchase))
    phone.tap("start")
    phone.wait("hard")
    for part in ("say", "camera"):
        assert phone.run(IN_VIEW % part), part
    phone.picture(stage.screens.folder / "capture-filming-320-200.png")
    assert phone.complaints == []


def test_in_english(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国", language="en")
    phone.open(stage.pushed(purchase))
    phone.wait("agree-face")
    assert phone.text("agree-face") == "I agree: process my face"
    assert "The insured" in phone.text(".page")
    stage.screens.look(phone, "verify-english")
    phone.tap("agree-face")
    phone.tap("next")
    phone.until(IN_VIEW % "agree-transfer")
    assert phone.text("next") == "Go to “I agree” 1/3"
    phone.tap("agree-face")
    agree(phone)
    allow_camera(phone)
    film(phone)
    stage.screens.look(phone, "result-passed-english")
    assert heading(phone) == "Verified"
    assert phone.complaints == []


def test_a_phone_that_keeps_the_camera_from_wechat_says_where_to_give_it(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    phone.open(stage.pushed(purchase))
    phone.run("phone.setSystemCamera(false)")
    agree(phone)
    phone.answer("同意")
    phone.wait("barred")
    stage.screens.look(phone, "capture-barred")
    phone.tap("settings")
    phone.tap("#overlay label:has-text('微信的摄像头') input")
    phone.answer("返回")
    phone.run("phone.hide()")
    phone.run("phone.show()")
    phone.answer("允许")
    phone.wait("start")
    assert phone.complaints == []


def test_a_refused_camera_leads_to_the_settings(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    phone.open(stage.pushed(purchase))
    agree(phone)
    phone.answer("拒绝")
    phone.wait("privacy")
    stage.screens.look(phone, "capture-privacy")
    phone.tap("again")
    phone.answer("同意")
    phone.answer("拒绝")
    phone.wait("denied")
    stage.screens.look(phone, "capture-denied")
    phone.tap("settings")
    phone.tap("#overlay label:has-text('摄像头') input")
    phone.answer("返回")
    phone.wait("start")
    assert phone.complaints == []


def test_a_camera_that_is_in_use_says_so(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    phone.open(stage.pushed(purchase))
    phone.run(IN_USE)
    agree(phone)
    phone.answer("同意")
    phone.answer("允许")
    phone.wait("occupied")
    stage.screens.look(phone, "capture-occupied")
    assert phone.complaints == []


def test_whoever_has_used_up_the_days_tries_is_led_to_documents(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    phone.alter("/mp/v1/attempts/*/challenges", status=409, code="tries_used_up")
    phone.tap("start")
    phone.wait("trouble")
    stage.screens.look(phone, "capture-used-up")
    assert phone.count("again") == 0
    phone.tap("other")
    phone.wait("documents")
    assert phone.breaches == []


def test_the_network_is_cut_in_the_middle(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    phone.tap("start")
    phone.wait("hard")
    time.sleep(1.2)
    phone.cut_network()
    phone.wait("network")
    stage.screens.glance(phone, "capture-weak")
    phone.cut_network(cut=False)
    phone.wait("outcome", 30)
    assert heading(phone) == "认证成功"
    assert stage.state(purchase) == "passed"


def test_a_weak_network_gets_half_as_much(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    phone.run("phone.setWeakNetwork(true)")
    film(phone)
    stage.figures.sent("weak", phone)
    assert heading(phone) == "认证成功"
    assert phone.sent <= 200_000
    assert phone.complaints == []


def test_while_it_is_decided_the_phone_says_so(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    phone.alter("/mp/v1/challenges/*/finish", seconds=2)
    phone.tap("start")
    phone.wait("[mp-id=say]:has-text('正在核对')", 30)
    stage.screens.glance(phone, "capture-deciding")
    phone.wait("outcome")
    assert heading(phone) == "认证成功"
    assert phone.complaints == []


def test_without_a_network_nothing_is_lost(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    phone.cut_network()
    phone.tap("start")
    phone.wait("cut")
    stage.screens.look(phone, "capture-cut")
    phone.cut_network(cut=False)
    phone.tap("again")
    phone.wait("start")
    assert phone.breaches == []


def test_whoever_leaves_while_filming_begins_anew(stage: Stage) -> None:
    purchase = stage.open_purchase()
    page = stage.pushed(purchase)
    phone = stage.phone("李建国")
    prepare(phone, page)
    phone.open(page.replace("verify/verify", "capture/capture"))
    stage.figures.painted(phone, "capture")
    phone.tap("start")
    phone.wait("hard")
    phone.run("phone.hide()")
    phone.run("phone.show()")
    phone.wait("left")
    stage.screens.look(phone, "capture-left")
    phone.tap("again")
    phone.wait("start")
    assert phone.complaints == []


def test_an_expired_message_says_so(stage: Stage) -> None:
    purchase = stage.open_purchase()
    page = stage.pushed(purchase)
    stage.let_pass(121)
    stage.till.wait_for(purchase["id"], "attempt.expired")
    phone = stage.phone("李建国")
    phone.open(page)
    phone.wait("outcome")
    phone.open(page.replace("verify/verify", "result/result"))
    stage.figures.painted(phone, "result")
    phone.wait("outcome")
    stage.screens.look(phone, "result-expired")
    assert heading(phone) == "这次没有来得及"
    assert phone.complaints == []


def test_somebody_elses_message_stays_shut(stage: Stage) -> None:
    purchase = stage.open_purchase()
    page = stage.pushed(purchase)
    phone = stage.phone("王秀英")
    phone.open(page)
    phone.wait("trouble")
    stage.screens.look(phone, "verify-foreign")
    assert heading(phone) == "这条消息不是发给这个微信的"
    assert phone.complaints == []


def test_what_the_till_has_taken_back_says_so(stage: Stage) -> None:
    purchase = stage.open_purchase()
    page = stage.pushed(purchase)
    phone = stage.phone("李建国")
    stage.coded(purchase)
    phone.open(page)
    phone.wait("outcome")
    stage.screens.look(phone, "result-superseded")
    assert heading(phone) == "收费员换了一个办法"
    page = stage.pushed(purchase)
    stage.till.cancel(purchase["id"])
    phone.open(page)
    phone.wait("outcome")
    stage.screens.look(phone, "result-cancelled")
    assert heading(phone) == "这次购药已取消"
    assert phone.complaints == []


def test_other_ways_than_the_face_are_a_tap_away(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    phone.tap("other")
    phone.wait("documents")
    stage.screens.look(phone, "result-documents")
    assert phone.count("hand-back") == 0
    phone.tap("again")
    phone.wait("start")
    assert phone.complaints == []


def test_a_result_that_is_being_decided_elsewhere_is_waited_for(stage: Stage) -> None:
    purchase = stage.open_purchase()
    page = stage.pushed(purchase)
    phone = stage.phone("李建国")
    phone.alter("/mp/v1/attempts/*", state="captured")
    phone.open(page.replace("verify/verify", "result/result"))
    phone.wait("[mp-id=status-heading]:has-text('正在核对')")
    stage.screens.look(phone, "result-captured")
    assert phone.complaints == []


def test_whoever_does_not_agree_is_led_to_documents(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    phone.open(stage.pushed(purchase))
    phone.tap("decline")
    phone.wait("sure")
    stage.screens.look(phone, "verify-sure")
    phone.tap("sure-yes")
    phone.wait("outcome")
    stage.screens.look(phone, "result-declined")
    assert heading(phone) == "好的，不刷脸"
    assert phone.complaints == []
