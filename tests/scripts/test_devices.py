"""Reports of real phones, and what is made of them."""

import json
from pathlib import Path

import pytest

from scripts.codegen import devices

FRAME = {"width": 480, "height": 640, "bytes": 1_228_800, "fps": 24.0}


def phone(model: str, platform: str, mirrored: bool | None) -> dict[str, object]:
    return {"model": model, "platform": platform, "mirrored": mirrored, "frame": FRAME}


def test_an_incomplete_report_is_refused(tmp_path: Path) -> None:
    text = json.dumps(phone("华为 P40", "android", mirrored=False), ensure_ascii=False)
    (tmp_path / f"{devices.code(text)}.json").write_text(text + "\n", encoding="utf-8")
    assert [one["model"] for one in devices.reports(tmp_path).values()] == ["华为 P40"]
    (tmp_path / f"{devices.code(text)}.json").write_text(text[:-20] + "}", encoding="utf-8")
    with pytest.raises(ValueError, match="copy the report again"):
        devices.reports(tmp_path)


def test_phones_and_python_give_a_text_the_same_code() -> None:
    # The same text stands in tests/miniprogram/unit/check.test.ts.
    assert devices.code('{"model":"华为"}') == "W25V26XH"


def test_most_phones_of_a_platform_decide_and_others_stand_apart() -> None:
    seen = {
        "A": phone("a", "ios", mirrored=True),
        "B": phone("b", "iOS", mirrored=True),
        "C": phone("c", "ios", mirrored=False),
        "D": phone("d", "android", mirrored=None),
    }
    made = devices.mirrored(seen)
    assert '"ios": true' in made and '"android": false' in made
    assert 'APART: Record<string, boolean> = {\n  "c": false,\n}' in made


def test_two_reports_of_one_model_must_agree() -> None:
    seen = {"A": phone("a", "ios", mirrored=True), "B": phone("a", "ios", mirrored=False)}
    with pytest.raises(ValueError, match="otherwise"):
        devices.mirrored(seen)


def test_the_harness_gets_the_cameras_of_reported_phones() -> None:
    made = devices.profiles(
        {"A": phone("a", "ios", mirrored=True), "B": {**phone("b", "ios", None), "frame": None}}
    )
    cameras = json.loads(made.partition("PROFILES = ")[2])
    assert cameras == {
        "A": {"width": 480, "height": 640, "fps": 24.0, "mirrored": True, "model": "a", "platform": "ios"}
    }
