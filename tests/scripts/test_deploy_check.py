"""`python -m scripts.deploy check`: all that is missing at once, each thing tried for real."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import Profile, Settings
from scripts.deploy import __main__ as deploy
from tests.support import matching, play
from tests.support.simulated import APPID, SECRET, TEMPLATE, Simulator
from tests.support.world import World

NOBODY = f"127.0.0.1:{matching.free_port()}"


@pytest.fixture
def complete(installed: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Yield an installation of a shell that lacks nothing."""
    with Simulator() as running:
        named = {"APPID": APPID, "SECRET": SECRET, "TEMPLATE_ID": TEMPLATE, "BASE_URL": running.url}
        for name, value in named.items():
            monkeypatch.setenv(f"YIBAO_WECHAT_{name}", value)
        yield installed


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    """Type the command; return what it prints and the sentence it ends with, if any."""
    end = ""
    try:
        deploy.main(["check", *words])
    except SystemExit as told:
        end = str(told.code)
    return capsys.readouterr().out, end


def test_an_installation_that_lacks_nothing_is_told_so(
    complete: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said, end = checked(capsys)
    assert end == ""
    for name in (
        "settings",
        "database",
        "schema",
        "queue",
        "bucket",
        "matcher",
        "wechat",
        "policy",
        "anchor",
        "disk",
    ):
        assert f"✓ {name}" in said
    assert "– proxy  nothing answers at" in said
    # Nothing is left behind of the trials.
    assert not (tmp_path / "objects/probes/deploy").exists() and not (tmp_path / "anchors.jsonl").exists()


def test_everything_missing_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"YIBAO_{name.upper()}", raising=False)
    monkeypatch.setenv("YIBAO_BIND", "0.0.0.0:8000")
    monkeypatch.setenv("YIBAO_DATABASE_URL", f"postgresql+psycopg://nobody:pass-word@{NOBODY}/yibao")
    monkeypatch.setenv("YIBAO_JOBS_URL", f"redis://:pass-word@{NOBODY}/0")
    said, end = checked(capsys)
    assert end.startswith("无法启动 / cannot start: ") and "\n" not in end
    for missing in (
        "YIBAO_BASE_URL 未设置 / is not set", "YIBAO_OBJECTS_URL", "YIBAO_VAULT_KEYS", "YIBAO_WECHAT_APPID",
        "YIBAO_WECHAT_CALLBACK_TOKEN", "YIBAO_ANCHOR_FILE", "YIBAO_ARCHIVE_URL", "YIBAO_PAD_DIR",
        "is open to strangers: bind 127.0.0.1",
        "database: OperationalError", "queue: Redis does not answer (ConnectionError)",
    ):  # fmt: skip
        assert missing in end, missing
    assert "– bucket" in said and "pass-word" not in said + end


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"MATCHER_URL": f"http://{NOBODY}"}, "matcher: nobody answers at YIBAO_MATCHER_URL"),
        ({"OBJECTS_URL": "s3://yibao/x"}, "bucket: it does not put, get or delete"),
        ({"WECHAT_SECRET": "another"}, "wechat: WeChatRefused"),
        ({"ANCHOR_FILE": "/nowhere/at/all/anchors.jsonl"}, "anchor: FileNotFoundError"),
    ],
)  # fmt: skip
def test_what_does_not_work_is_named_by_itself(
    complete: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    sentence: str,
) -> None:
    monkeypatch.setenv("YIBAO_MATCHER_SECRET", matching.SECRET)
    for name in ("ENDPOINT", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION", "ALLOW_HTTP"):
        monkeypatch.setenv(
            f"AWS_{name}", {"ENDPOINT": f"http://{NOBODY}", "ALLOW_HTTP": "true"}.get(name, "x")
        )
    for name, value in settings.items():
        monkeypatch.setenv(f"YIBAO_{name}", value)
    said, end = checked(capsys)
    assert end.startswith(f"无法启动 / cannot start: {sentence}") and ";" not in end
    assert said.count("✗") == 1


def production(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    given = {"PROFILE": "production", "BASE_URL": "https://yibao.example.org", **settings}
    given |= {"WECHAT_CALLBACK_TOKEN": "token", "WECHAT_CALLBACK_AES_KEY": "a" * 43}
    given |= {"PROCESSOR": "某市医保局", "PROCESSOR_CONTACT": "12393"}
    given |= {"ARCHIVE_URL": "https://archive.example.org/yibao"}
    for name, value in given.items():
        monkeypatch.setenv(f"YIBAO_{name}", value)


def test_production_takes_no_matcher_without_pad_and_no_policy_below_the_floors(
    complete: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The world's policy needs no PAD: a demo's, taken into production."""
    with matching.without_pad() as url:
        production(monkeypatch, MATCHER_URL=url, MATCHER_SECRET=matching.SECRET)
        found, end = checked(capsys, "--json")
    wrong = {one["name"]: one["wrong"] for one in json.loads(found) if one["wrong"]}
    assert set(wrong) == {"matcher", "policy", "assessment", "archive"}
    assert "PAD" in wrong["matcher"] and "pad_required" in wrong["policy"]
    assert end.startswith("无法启动 / cannot start: matcher: ")


def test_production_answers_under_its_one_host_only(world: World) -> None:
    update = {"profile": Profile.PRODUCTION, "base_url": "https://yibao.example.org"}
    settings = world.ports.settings.model_copy(update=update)
    client = create_app(replace(world.ports, settings=settings)).test_client()
    keys = "/.well-known/jwks.json"
    assert client.get(keys, headers={"Host": "yibao.example.org"}).status_code == 200
    for host in ("evil.example", "yibao.example.org:8443", "10.0.0.7:8000"):
        play.refused(client.get(keys, headers={"Host": host}), 400, "wrong_host")
        # A redirect would lead to the host that was asked for.
        assert "Location" not in client.get("/console", headers={"Host": host}).headers
    # Probes come by the address of the process.
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200
