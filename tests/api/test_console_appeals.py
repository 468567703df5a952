"""Appeals at the console: taken by one, judged by those who may, photos looked at on record."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from api.acts import ledger
from api.console.watermark import MARK, PERIOD, beside, marked
from api.privacy import retention
from models import tables
from models.domain.appeal import AppealState
from models.domain.console.operator import Role
from models.domain.delivery import DeliveryKind, DeliveryState
from models.domain.provider import Provider
from scripts.demo.film import samples
from tests.support import play, renewing
from tests.support.console import Colleague, colleague
from tests.support.world import MAN, STAFF, WIFE, WRONG, World
from wechat.errors import WeChatBusy, WeChatRefused, WeChatUnknown


@pytest.fixture
def appeal_id(world: World) -> str:
    """Return an appeal of 李建国's over 128.50 yuan, judged by one reviewer."""
    return lodged(world)


def lodged(world: World, **changes: object) -> str:
    verification = play.opened(world, **changes)
    scene, phone = play.coded(world, verification), world.phone(STAFF)
    phone.get(f"/mp/v1/attempts/{scene}")
    phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]})
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    play.ok(play.appealed(phone, scene, (io.BytesIO(picture()), "p.jpg")), 201)
    with world.ports.database.transaction() as db:
        row = db.scalars(select(tables.Appeal)).one()
        row.drawn = False
        return row.id


def of_own_phone(world: World) -> str:
    """Return an appeal that 李建国 lodged on his own phone."""
    scene, phone = play.pushed(world, play.opened(world)), world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    appeal_id = str(play.ok(play.appealed(phone, scene), 201)["appeal_id"])
    with world.ports.database.transaction() as db:
        db.get_one(tables.Appeal, appeal_id).drawn = False
    return appeal_id


def picture() -> bytes:
    return (samples() / "single_face.jpg").read_bytes()


def reviewer(world: World, name: str = "reviewer", id_number: str | None = None) -> Colleague:
    one = colleague(world, name, Role.REVIEWER, id_number)
    assert one.sign_in().status_code == 303
    return one


def looked(one: Colleague, appeal_id: str) -> None:
    look = {"picture": "frame-0", "reason": "判断是否同一人", "why": "复核"}
    one.post(f"/console/appeals/{appeal_id}/photos", **look)


def judged(one: Colleague, appeal_id: str, choice: str = "upheld same_person") -> str:
    """Return the page after a verdict that followed a look at a photo."""
    looked(one, appeal_id)
    answer = one.post(f"/console/appeals/{appeal_id}/verdict", choice=choice, note="照片清楚。")
    return answer.get_data(as_text=True)


def state(world: World, appeal_id: str) -> AppealState:
    with world.ports.database.reading() as db:
        return db.get_one(tables.Appeal, appeal_id).state


def test_an_appeal_is_taken_seen_and_judged(world: World, appeal_id: str) -> None:
    one = reviewer(world)
    assert "第一药房" in one.get("/console/appeals")
    page = one.get(f"/console/appeals/{appeal_id}")
    assert "登记照片太旧。" in page and "128.50" in page and "领取" in page
    assert MAN.name not in page and MAN.id_number not in page
    assert judged(one, appeal_id).count("重新领取") == 1
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 303
    assert "申诉成立" in judged(one, appeal_id)
    assert state(world, appeal_id) is AppealState.UPHELD
    assert "没有待复核的申诉" in one.get("/console/appeals")


def test_nobody_judges_photos_that_they_have_not_opened(world: World, appeal_id: str) -> None:
    one, path = reviewer(world), f"/console/appeals/{appeal_id}"
    one.post(f"{path}/claim")
    verdict = {"choice": "rejected other_person", "note": "不像。"}
    assert "请先查看照片" in one.post(f"{path}/verdict", **verdict).get_data(as_text=True)
    assert state(world, appeal_id) is AppealState.LODGED
    assert "追回" in judged(one, appeal_id, "rejected other_person")
    assert state(world, appeal_id) is AppealState.REJECTED


def test_the_next_appeal_is_one_that_can_be_judged(world: World) -> None:
    costly, other = lodged(world, amount_fen=20_001), "apl_other"
    verification = play.opened(world, order_no="A-2")
    play.coded(world, verification)
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Appeal, costly)
        tried = select(tables.Attempt.id).where(tables.Attempt.verification_id == verification)
        same = {one.key: getattr(row, one.key) for one in tables.Appeal.__mapper__.column_attrs}
        later = {"id": other, "created_at": row.created_at + timedelta(minutes=1), "photo_keys": []}
        later |= {"attempt_id": db.scalars(tried).one(), "verification_id": verification}
        db.add(tables.Appeal(**same | later))
    one = reviewer(world)
    one.post(f"/console/appeals/{costly}/claim")
    assert f"/console/appeals/{other}" in judged(one, costly, "rejected other_person")
    assert "您已复核过" in one.get(f"/console/appeals/{costly}")
    queue = one.get("/console/appeals")
    assert queue.index(other) < queue.index(costly)


def test_two_reviewers_cannot_hold_one_appeal_until_it_lapses(world: World, appeal_id: str) -> None:
    one, two = reviewer(world), reviewer(world, "second")
    one.post(f"/console/appeals/{appeal_id}/claim")
    assert two.post(f"/console/appeals/{appeal_id}/claim").status_code == 409
    assert "他人处理中" in two.get("/console/appeals")
    one.post(f"/console/appeals/{appeal_id}/release")
    assert two.post(f"/console/appeals/{appeal_id}/claim").status_code == 303


def test_a_costly_rejection_needs_a_second_reviewer_who_sees_no_verdict(world: World) -> None:
    appeal_id = lodged(world, amount_fen=20_001)
    one, two = reviewer(world), reviewer(world, "second")
    one.post(f"/console/appeals/{appeal_id}/claim")
    assert "另一位复核员" in judged(one, appeal_id, "rejected other_person")
    assert state(world, appeal_id) is AppealState.LODGED
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 409
    two.post(f"/console/appeals/{appeal_id}/claim")
    assert "看得出是另一个人\u3000" not in two.get(f"/console/appeals/{appeal_id}")
    assert "申诉不成立" in judged(two, appeal_id, "rejected other_person")
    assert state(world, appeal_id) is AppealState.REJECTED


def test_a_ground_of_the_other_verdict_and_an_empty_note_are_refused(world: World, appeal_id: str) -> None:
    one = reviewer(world)
    one.post(f"/console/appeals/{appeal_id}/claim")
    looked(one, appeal_id)
    path = f"/console/appeals/{appeal_id}/verdict"
    assert one.post(path, choice="upheld other_person", note="x").status_code == 422
    assert one.post(path, choice="upheld same_person", note=" ").status_code == 422
    assert one.post(path, choice="perhaps", note="x").status_code == 400
    assert state(world, appeal_id) is AppealState.LODGED


@pytest.mark.parametrize("number", [MAN.id_number, WIFE.id_number])
def test_nobody_sees_or_judges_an_appeal_of_their_family(world: World, appeal_id: str, number: str) -> None:
    one = reviewer(world, "relative", number)
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 403
    refused = one.client.get(f"/console/appeals/{appeal_id}")
    assert refused.status_code == 403 and "您与本案有关" in refused.get_data(as_text=True)


def test_a_case_says_what_became_of_the_new_reference(world: World) -> None:
    renewal = renewing.offered(world)
    one, appeal_id = reviewer(world), renewing.row(world, renewal).appeal_id
    assert "已请本人决定，最晚到" in one.get(f"/console/appeals/{appeal_id}")
    play.ok(world.phone(MAN.openid).post(f"/mp/v1/me/renewals/{renewal}", json={"answer": "no"}))
    for path in ("", "/print"):
        page = one.get(f"/console/appeals/{appeal_id}{path}")
        assert "换用登记照片" in page and "本人不换，" in page


def test_a_photo_is_shown_for_a_minute_to_the_account_that_gave_a_reason(
    world: World, appeal_id: str
) -> None:
    one, two = reviewer(world), reviewer(world, "second")
    path = f"/console/appeals/{appeal_id}/photos"
    assert "对照：登记照片 1与本次拍摄 1" in one.get(path)
    refused = one.post(path, picture="reference-0", reason="判断是否同一人", why="")
    assert refused.status_code == 422
    shown = one.post(path, picture="reference-0+frame-0", reason="判断是否同一人", why="看五官")
    source = shown.get_data(as_text=True).split('class="photo" src="')[1].split('"')[0]
    answer = one.client.get(source)
    assert answer.mimetype == "image/jpeg" and answer.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.get_data())).height == 480
    assert two.client.get(source).status_code == 404
    world.clock.tick(60)
    assert one.client.get(source).status_code == 403
    with world.ports.database.reading() as db:
        looks = [act for act in ledger.newest(db) if act.kind == "photo.opened"]
    assert len(looks) == 1 and looks[0].subject == appeal_id
    told = ledger.private_of(world.ports, looks[0])
    assert told == {"picture": "reference-0+frame-0", "why": "判断是否同一人：看五官"}


def test_an_auditor_sees_the_case_but_no_photo_and_judges_nothing(world: World, appeal_id: str) -> None:
    one = colleague(world, "auditor", Role.AUDITOR)
    one.sign_in()
    assert "您的角色不能看照片" in one.get(f"/console/appeals/{appeal_id}")
    assert one.client.get(f"/console/appeals/{appeal_id}/photos").status_code == 403
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 403


def test_every_crop_of_120_px_contains_a_whole_watermark() -> None:
    plain = beside([picture()])
    shown = Image.open(io.BytesIO(marked(plain, ("reviewer", "11-28 19:45", "#12"))))
    assert shown.size == plain.size
    (wide, high), (across, down) = MARK, PERIOD
    assert wide + across <= 120 and high + down <= 120
    for top in range(0, shown.height - high, down):
        for left in range(0, shown.width - wide, across):
            box = (left, top, left + wide, top + high)
            assert shown.crop(box).tobytes() != plain.crop(box).tobytes()


def test_a_case_shows_scores_policy_timeline_and_history(world: World, appeal_id: str) -> None:
    page = reviewer(world).get(f"/console/appeals/{appeal_id}")
    assert "第 1 版：核验开始时正在生效" in page and "没有看到动作" in page
    for word in ("开始核验", "没有通过", "申诉已提交", "收费员（本店最近 200 笔）"):
        assert word in page
    assert 'aria-label="本人 0' in page and "配偶 " in page and "当时要求 0.4" in page


def test_the_insured_is_asked_once_for_more_and_answers_on_their_phone(world: World) -> None:
    appeal_id, one = of_own_phone(world), reviewer(world)
    path, phone = f"/console/appeals/{appeal_id}", world.phone(MAN.openid)
    more = f"/mp/v1/me/appeals/{appeal_id}/more"
    sent = {"statement": "补一张照片。", "photos": (io.BytesIO(picture()), "p.jpg")}
    refused = phone.post(more, data=dict(sent, photos=[]), content_type="multipart/form-data")
    play.refused(refused, 409, "wrong_state")
    asked = {"wanted": "photo_now", "note": "请在亮处再拍一张。"}
    assert one.post(f"{path}/ask", **asked).status_code == 409
    one.post(f"{path}/claim")
    assert one.post(f"{path}/ask", note="x").status_code == 422
    assert one.post(f"{path}/ask", **asked).status_code == 303
    assert "等本人补充" in one.get("/console/appeals")
    (told,) = play.ok(phone.get("/mp/v1/me/appeals"))["appeals"]
    assert (told["wanted"], told["wanted_note"]) == (["photo_now"], "请在亮处再拍一张。")
    theirs = world.phone(WIFE.openid).post(
        more, data={"statement": "x", "photos": []}, content_type="multipart/form-data"
    )
    assert theirs.status_code == 404
    given = play.ok(phone.post(more, data=sent, content_type="multipart/form-data"), 201)
    assert given["answered_at"] is not None and given["appeal_state"] == "lodged"
    again = dict(sent, photos=(io.BytesIO(picture()), "p.jpg"))
    assert play.ok(phone.post(more, data=again, content_type="multipart/form-data"), 201) == given
    page = one.get(path)
    assert "补一张照片。" in page and "已补充" in one.get("/console/appeals")
    assert "申诉照片 1" in one.get(f"{path}/photos")
    one.post(f"{path}/claim")
    assert one.post(f"{path}/ask", **asked).status_code == 409
    assert "申诉成立" in judged(one, appeal_id)


def asked_for_a_photo(world: World) -> str:
    """Return an appeal of 李建国's own phone to which a reviewer has asked for a photo."""
    appeal_id, one = of_own_phone(world), reviewer(world)
    one.post(f"/console/appeals/{appeal_id}/claim")
    answer = one.post(f"/console/appeals/{appeal_id}/ask", wanted="photo_now", note="请在亮处再拍一张。")
    assert answer.status_code == 303
    return appeal_id


def test_a_request_for_more_is_sent_to_the_phone_that_lodged_the_appeal(world: World) -> None:
    before = len(world.wechat.sent)
    appeal_id = asked_for_a_photo(world)
    play.work(world.ports)
    openid, page, data = world.wechat.sent[-1]
    assert len(world.wechat.sent) == before + 2  # the push itself, and this
    assert (openid, page) == (MAN.openid, f"pages/more/more?appeal={appeal_id}")
    assert "请补充材料" in data["thing1"]
    (row,) = play.ok(world.phone(MAN.openid).get("/mp/v1/me/appeals"))["appeals"]
    assert row["wanted_until"] > row["created_at"] and row["may_send"] is True
    play.work(world.ports)
    assert len(world.wechat.sent) == before + 2


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (WeChatRefused(43101), DeliveryState.DEAD),
        (WeChatUnknown(), DeliveryState.UNKNOWN),
        (WeChatBusy(), DeliveryState.RETRY),
    ],
)
def test_wechats_answer_to_the_request_for_more_is_recorded(
    world: World, error: Exception, state: DeliveryState
) -> None:
    asked_for_a_photo(world)
    world.wechat.fail = error
    play.work(world.ports)
    with world.ports.database.reading() as db:
        row = db.scalars(select(tables.Delivery).filter_by(kind=DeliveryKind.MORE)).one()
    assert row.state is state


def test_no_request_is_sent_after_the_answer_arrived(world: World) -> None:
    appeal_id = asked_for_a_photo(world)
    before = len(world.wechat.sent)
    sent = {"statement": "见照片", "photos": (io.BytesIO(picture()), "p.jpg")}
    more = f"/mp/v1/me/appeals/{appeal_id}/more"
    play.ok(world.phone(MAN.openid).post(more, data=sent, content_type="multipart/form-data"), 201)
    play.work(world.ports)
    assert len(world.wechat.sent) == before


def test_where_wechat_verifies_no_photo_is_asked_for(world: World) -> None:
    appeal_id, one = of_own_phone(world), reviewer(world)
    with world.ports.database.transaction() as db:
        db.scalars(select(tables.Attempt)).one().provider = Provider.WECHAT
    one.post(f"/console/appeals/{appeal_id}/claim")
    page = one.get(f"/console/appeals/{appeal_id}")
    assert 'value="statement"' in page and 'value="photo_now"' not in page
    asked = {"note": "请说明。"}
    assert one.post(f"/console/appeals/{appeal_id}/ask", wanted="photo_now", **asked).status_code == 422
    assert one.post(f"/console/appeals/{appeal_id}/ask", wanted="statement", **asked).status_code == 303


def test_no_request_is_possible_for_an_appeal_from_the_counters_phone(world: World, appeal_id: str) -> None:
    one = reviewer(world)
    one.post(f"/console/appeals/{appeal_id}/claim")
    answer = one.post(f"/console/appeals/{appeal_id}/ask", wanted="photo_now", note="x")
    assert answer.status_code == 409 and "不能请本人补充" in answer.get_data(as_text=True)


def test_a_rejection_opens_a_recovery_that_ends_once(world: World, appeal_id: str) -> None:
    one = reviewer(world)
    assert "这里现在没有内容" in one.get("/console/lists/recoveries")
    one.post(f"/console/appeals/{appeal_id}/claim")
    judged(one, appeal_id, "rejected other_person")
    page = one.get("/console/lists/recoveries")
    assert "待通知" in page and "128.50" in page
    with world.ports.database.reading() as db:
        recovery_id = db.scalars(select(tables.Recovery.id)).one()
    path = f"/console/recoveries/{recovery_id}"
    assert one.post(path, state="recovered", note="x").status_code == 409
    assert one.post(path, state="notified", note="").status_code == 422
    assert one.post(path, state="notified", note="电话通知").status_code == 303
    assert one.post(path, state="recovered", note="已退款").status_code == 303
    assert one.post(path, state="waived", note="x").status_code == 409
    assert "已追回" in one.get("/console/lists/recoveries")
    assert one.name in one.get("/console/reviewers")


def test_photos_of_an_appeal_stay_for_its_last_verdict_and_for_15_days_at_most(
    world: World, appeal_id: str
) -> None:
    one = reviewer(world)
    world.clock.tick(14 * 86_400)
    retention.sweep(world.ports)
    assert one.sign_in().status_code == 303
    assert "本次拍摄 1" in one.get(f"/console/appeals/{appeal_id}/photos")
    world.clock.tick(86_400)
    retention.sweep(world.ports)
    assert one.sign_in().status_code == 303
    page = one.get(f"/console/appeals/{appeal_id}/photos")
    assert "本次拍摄" not in page and "申诉照片" not in page
