"""`yibao`: one name for every command, which says on what it works and obeys no text from outside."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest

from api.policies import versions as policies
from models import tables
from models.domain.console.operator import Role
from scripts import __main__ as yibao
from scripts.admin import setting, terminal
from tests.support import play
from tests.support.console import token
from tests.support.world import MAN, SECRET, WRONG, World

# A counter's name that rich would take for markup, that colours the terminal, turns text round, ends lines.
NASTY = "[/x][red]\x1b[31m\u202e\x9b2J"
LAX = "score_min=0.2"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    yibao.main(list(words))
    return capsys.readouterr().out


def refused(*words: str) -> str:
    with pytest.raises(SystemExit) as end:
        yibao.main(list(words))
    return str(end.value.code)


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


@pytest.fixture
def appeal(installed: World) -> str:
    """Return an appeal after a failed try, at a counter with a strange name."""
    verification = play.opened(installed)
    with installed.ports.database.transaction() as db:
        db.get_one(tables.Verification, verification).counter = NASTY
    scene = play.pushed(installed, verification)
    phone = installed.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(installed, phone, scene, WRONG)
    return str(play.ok(play.appealed(phone, scene), 201)["appeal_id"])


def test_every_command_says_in_both_languages_what_it_does() -> None:
    found = list(commands(yibao.yibao))
    assert len(found) > 40
    for path, command in found:
        text = command.help or ""
        assert any("\u4e00" <= one <= "\u9fff" for one in text) and " / " in text, path


@pytest.mark.parametrize("name", [*yibao.OPERATOR, *yibao.PROGRAMS])
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        yibao.yibao.main([name, "--help"])
    assert end.value.code == 0 and "usage" in capsys.readouterr().out.lower()


@pytest.fixture
def demo(installed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a demo's environment at hand, and a shell that names no installation."""
    given = installed.ports.settings
    names = (
        "profile",
        "base_url",
        "database_url",
        "objects_url",
        "jobs_url",
        "wechat_appid",
        "wechat_template_id",
    )
    lines = [f"YIBAO_{name.upper()}={getattr(given, name)}" for name in names]
    secrets = {"VAULT_KEYS": f"k1:{SECRET}", "VAULT_INDEX_SECRET": SECRET, "WECHAT_SECRET": "test"}
    lines += [f"YIBAO_{name}={value}" for name, value in secrets.items()]
    for name in type(given).model_fields:
        monkeypatch.delenv(f"YIBAO_{name.upper()}", raising=False)
    file = tmp_path / "demo.env"
    file.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(setting, "DEMO_ENVIRONMENT", file)
    return file


def test_no_command_uses_the_demo_without_the_flag(demo: Path) -> None:
    said = refused("institution", "list")
    assert "YIBAO_DATABASE_URL is not set" in said and "sqlite:///" in said and "--demo" in said


@pytest.mark.parametrize(
    "words",
    [
        ["--demo", "institution", "list"],
        ["institution", "--demo", "list"],
        ["institution", "list", "--demo"],
    ],
)
def test_the_demo_flag_works_at_every_level(
    demo: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert "YIBAO_DATABASE_URL" not in told(capsys, *words)
    assert "sign in first" in refused("institution", "staff", "list", "--demo", "ins_none")


def test_the_demo_and_another_installation_are_not_mixed(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIBAO_DATABASE_URL", "postgresql://clerk:hidden@elsewhere/yibao")
    said = refused("institution", "list", "--demo")
    assert "another installation" in said and "hidden" not in said


def test_a_missing_demo_is_reported(demo: Path) -> None:
    demo.unlink()
    assert "make demo" in refused("institution", "list", "--demo")


def test_settings_are_shown_without_secrets(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = told(capsys, "setting", "show", "--demo")
    assert "***" in printed and SECRET not in printed
    monkeypatch.setenv("YIBAO_DATABASE_URL", "postgresql+psycopg://clerk:hidden@db/yibao?sslpassword=hidden")
    assert refused("setting", "show", "--json") == "True"
    document = json.loads(capsys.readouterr().out)
    assert document["settings"]["YIBAO_DATABASE_URL"] == "postgresql+psycopg://db/yibao"
    assert "YIBAO_VAULT_KEYS 未设置 / is not set" in document["problems"]


@pytest.mark.parametrize("text", [NASTY, "\r\nroot", "a\x00b\x7f", "\ud800", "\U000e0001", "\u2028"])
def test_data_cannot_send_terminal_control_sequences(text: str) -> None:
    shown = terminal.visible(text)
    assert shown.isprintable() and json.loads(f'"{shown}"') == text


def test_text_from_a_till_is_shown_escaped(
    reviewer: World,
    appeal: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in (["appeals", "list"], ["appeals", "show", appeal], ["appeals", "list", "--json"]):
        printed = told(capsys, *words)
        assert "[/x][red]\\u001b[31m\\u202e\\u009b2J" in printed
        assert all(one.isprintable() or one == "\n" for one in printed)


@pytest.mark.parametrize("columns", [20, 40, 60, 79])
def test_a_narrow_terminal_gets_every_value_whole(
    installed: World,
    appeal: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports()))
    for words in (["appeals", "list"], ["institution", "list"], ["policy", "history"]):
        lines = told(capsys, *words).splitlines()
        assert all(not line or re.fullmatch(r"[a-zA-Z_ ]+(  \S.*)?", line) for line in lines)
    assert f"appeal_id  {appeal}" in told(capsys, "appeals", "list")


def test_an_appeal_is_shown_with_what_it_is_about(
    reviewer: World,
    appeal: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document: dict[str, Any] = json.loads(told(capsys, "appeals", "show", appeal, "--json"))
    assert (document["institution"], document["amount"], document["order_no"]) == (
        "第一药房",
        "128.50",
        "A-1",
    )
    assert document["cause"] and -1 <= document["score"] < 0.41
    assert document["missing"] == [] and {"frame-0", "reference-0"} <= set(document["pictures"])


def test_an_appeal_whose_photo_is_gone_is_shown(
    reviewer: World,
    appeal: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with reviewer.ports.database.reading() as db:
        keys = [
            row.photo_key
            for row in db.query(tables.Enrolment).where(tables.Enrolment.person_id == reviewer.ids[MAN.name])
        ]
    reviewer.ports.objects.delete(keys)
    printed = told(capsys, "appeals", "show", appeal, "--out", str(tmp_path / "out"), "--why", "复核")
    assert "missing" in printed and "reference-0" in printed
    written = {path.name.split("-")[0]: path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()}
    assert written == {"frame": 0o600}


def test_a_verdict_needs_an_account_a_ground_and_a_note(installed: World, appeal: str) -> None:
    signed = token(setting.ports())
    good = {"--token": signed, "--ground": "same_person", "--note": "与证件一致"}
    for option, blank, word in (
        ("--token", "x", "sign in first"),
        ("--note", "   ", "invalid"),
        ("--note", "x" * 501, "invalid"),
    ):
        words = [word for pair in (good | {option: blank}).items() for word in pair]
        assert word in refused("appeals", "uphold", appeal, *words)
    with installed.ports.database.reading() as db:
        assert db.get_one(tables.Appeal, appeal).state == "lodged"


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "x" * 101])
def test_nobody_is_registered_without_a_name(chief: World, name: str) -> None:
    where = chief.institutions[0]
    assert refused("institution", "add", name).startswith("invalid")
    assert refused("institution", "add", name, "--sandbox").startswith("invalid")
    assert refused("staff", "add", where, "--name", name, "--no-id").startswith("invalid")


@pytest.fixture
def chief(installed: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return an installation at whose shell an administrator is signed in."""
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports(), "chief", Role.ADMINISTRATOR))
    return installed


@pytest.fixture
def operator(installed: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return an installation at whose shell an operator is signed in."""
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports(), "operator", Role.OPERATOR))
    return installed


@pytest.fixture
def reviewer(installed: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return an installation at whose shell a reviewer is signed in."""
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports()))
    return installed


def test_a_lax_threshold_is_asked_about(
    operator: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for answer in ("", "n\n"):
        monkeypatch.setattr("sys.stdin", StringIO(answer))
        assert "not proposed" in refused("policy", "propose", LAX)
        assert "warning: predicted FMR" in capsys.readouterr().err
    assert len(policies.history(operator.ports)) == 1
    monkeypatch.setattr("sys.stdin", StringIO("y\n"))
    assert "version 2" in told(capsys, "policy", "propose", LAX)
    assert "version 3" in told(capsys, "policy", "propose", "--yes", "score_min=0.21")


def test_a_withdrawn_proposal_never_comes_into_force(
    operator: World,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told(capsys, "policy", "propose", "score_min=0.48")
    for _ in range(2):
        assert "withdrawn" in told(capsys, "policy", "withdraw", "2")
    assert refused("policy", "approve", "2").startswith("policy_decided")
    assert refused("policy", "withdraw", "1").startswith("policy_decided")
    assert "no version 7" in refused("policy", "withdraw", "7")
    assert "withdrawn by operator" in told(capsys, "policy", "history")


@pytest.mark.parametrize(
    "words",
    [
        ["institution", "list"],
        ["policy", "show"],
        ["policy", "history"],
        ["policy", "propose", "score_min=0.48"],
        ["audit", "check"],
        ["subscriptions", "funnel"],
        ["webhooks", "list"],
    ],
)
def test_a_program_reads_json(
    operator: World,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    assert isinstance(json.loads(told(capsys, *words, "--json")), list | dict)


@pytest.mark.parametrize("words", [["appeals", "list", "--all"], ["disputes", "list"]])
def test_a_reviewers_program_reads_json(
    reviewer: World, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert isinstance(json.loads(told(capsys, *words, "--json")), list)


@pytest.mark.parametrize("words", [["institution", "fly"], ["appeals", "uphold", "apl_x"], ["nothing"]])
def test_usage_errors_exit_with_2(words: list[str]) -> None:
    assert refused(*words) == "2"


# They read neither cases nor names of people, prove the operator themselves, or touch nothing that is stored.
WITHOUT_TOKEN = """
institution list, policy history, policy show, models show, console code, console join, console list,
console token, assessment list, audit check, audit export, backup, restore, keys add, keys retire, keys show,
keys sm2, webhooks list, webhooks listen, webhooks selftest, subscriptions funnel, wechat check, setting show,
simulate, weights
"""


def test_every_other_command_asks_who_the_operator_is() -> None:
    taking = {
        path[1:] if path[:2] == ("institution", "staff") else path: command
        for path, command in commands(yibao.yibao)
        if not isinstance(command, click.Group) and path[0] not in yibao.PROGRAMS
    }
    unasked = {
        " ".join(path)
        for path, command in taking.items()
        if all(one.name != "token" for one in command.params)
    }
    assert unasked == {one.strip() for one in WITHOUT_TOKEN.replace("\n", " ").split(",")}
