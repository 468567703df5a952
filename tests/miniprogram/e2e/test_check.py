"""What a phone reports of itself for devices/: one tap, a JSON, its code."""

import json

import pytest

from scripts.codegen.devices import code
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_one_tap_prints_what_the_phone_can_do(stage: Stage) -> None:
    phone = stage.phone("李建国")
    phone.open("pages/check/check")
    phone.wait("nothing")
    phone = stage.phone("李建国", platform="devtools", env="trial", vk=1)
    phone.open("pages/check/check")
    phone.answer("同意")
    phone.answer("允许")
    phone.tap("run")
    phone.wait("code", 40)
    stage.screens.look(phone, "check")
    text = phone.text("report")
    report = json.loads(text)
    assert phone.text("code") == code(text)
    assert report["mirrored"] is False and report["fit"]["same"] > 0.9
    assert report["jpeg"] is True and report["frame"]["fps"] > 0 and report["unlink"] is True
    assert report["brightness"] == {"before": 0.5, "lit": 1, "after": 0.5}
    assert "play" in report["audio"]
    assert (report["jpg_buffer"]["jpeg"], report["jpg_buffer"]["size"]) == (True, "240x320")
    assert phone.complaints == []
