"""Both of the manual's flows, PC and phone side by side, in real time, on the servers as shipped."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.miniprogram.e2e.acts import agree, allow_camera
from tests.miniprogram.e2e.counter import Counter
from tests.miniprogram.e2e.stage import Stage, page_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SELF = "李*国"


@pytest.fixture(scope="module")
def stage(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Servers whose time nobody touches."""
    made = Stage(tmp_path_factory.mktemp("real-time"), built)
    yield made
    made.close()


def test_push_from_the_first_click_to_the_end(stage: Stage, counter: Counter) -> None:
    stage.allow()
    before = len(stage.messages("李建国"))
    counter.open(stage.open_purchase()["popup_url"])
    counter.wait("choose", "实际到店购药人员")
    counter.look("1-choose")
    counter.pick(SELF)
    counter.press("push")
    counter.wait("confirm", "将推送给：李*国（本人）")
    counter.look("2-confirm")
    counter.press("push")
    counter.wait("waiting", "已送达：")
    counter.look("3-delivered")
    phone = stage.phone("李建国")
    phone.open(stage.message("李建国", before))
    counter.wait("waiting", "已打开：")
    counter.look("4-opened")
    stage.screens.glance(phone, "beside-4-opened")
    agree(phone)
    counter.wait("waiting", "已同意：")
    counter.look("5-consented")
    allow_camera(phone)
    phone.tap("start")
    counter.wait("waiting", "采集中：")
    counter.look("6-filming")
    phone.wait("outcome", 40)
    stage.screens.glance(phone, "beside-7-passed")
    counter.wait("ended", "本次购药人脸认证完成，关闭弹窗即可")
    counter.look("7-passed")


def test_the_cashiers_phone_from_the_first_click_to_the_end(stage: Stage, counter: Counter) -> None:
    counter.open(stage.open_purchase()["popup_url"])
    counter.press("code")
    counter.wait("code", "收费员用自己的微信扫码")
    counter.until("document.querySelector('img').naturalWidth > 100")
    counter.look("qr-1-code")
    image = counter.run("document.querySelector('img').src")
    page = page_of(httpx.get(image, trust_env=False).content)
    phone = stage.phone("收费员")
    phone.open(page)
    counter.wait("waiting", "已扫码：")
    counter.look("qr-2-scanned")
    phone.tap("person-0")
    phone.tap("next")
    phone.wait("hand-over")
    stage.screens.glance(phone, "beside-qr-3-chosen")
    counter.wait("waiting", "李*国（本人）")
    counter.look("qr-3-chosen")
    agree(phone)
    allow_camera(phone)
    phone.tap("start")
    phone.wait("outcome", 40)
    counter.wait("ended", "认证成功")
    stage.screens.glance(phone, "beside-qr-4-passed")
