"""`yibao wechat check`, typed against a running simulator of WeChat's server."""

import json
from collections.abc import Iterator

import pytest

from scripts import __main__ as yibao
from tests.support.simulated import APPID, SECRET, TEMPLATE, Simulator
from tests.support.world import World


@pytest.fixture
def simulator(installed: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Yield the simulator that the installation's environment names."""
    with Simulator() as running:
        named = {"APPID": APPID, "SECRET": SECRET, "TEMPLATE_ID": TEMPLATE, "BASE_URL": running.url}
        for name, value in named.items():
            monkeypatch.setenv(f"YIBAO_WECHAT_{name}", value)
        yield running


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Type the command; it ends with 1 because nobody serves this installation's callback here."""
    with pytest.raises(SystemExit) as end:
        yibao.main(["wechat", "check", *words])
    assert "微信配置有误" in str(end.value.code)
    return capsys.readouterr().out


def test_the_check_says_in_one_screen_what_works_and_what_does_not(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    said = checked(capsys)
    for step in ("✓ 凭证", "✓ 小程序码", "✓ 消息模板", "✗ 消息推送"):
        assert step in said
    assert "    → " in said and len(said.splitlines()) < 25


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        ({"stable_token": 40125}, ("✗ 凭证", "40125", "AppSecret 不对", "YIBAO_WECHAT_SECRET", "– 小程序码")),
        ({"stable_token": 40164}, ("✗ 凭证", "40164", "IP 白名单")),
        ({"code_image": 41030}, ("✓ 凭证", "✗ 小程序码", "41030", "YIBAO_WECHAT_ENV_VERSION")),
        ({"templates": 48001}, ("✗ 消息模板", "48001", "类目和接口权限")),
    ],
    ids=str,
)
def test_refusals_are_named_with_their_remedy_and_no_secret(
    simulator: Simulator,
    capsys: pytest.CaptureFixture[str],
    fault: dict[str, int],
    names: tuple[str, ...],
) -> None:
    simulator.faults(**fault)
    said = checked(capsys)
    assert all(name in said for name in names), said
    refused = json.loads(checked(capsys, "--json"))["refused"]
    assert [row["errcode"] for row in refused] == list(fault.values())
    assert not any(secret in said for secret in (SECRET, "access_token"))
