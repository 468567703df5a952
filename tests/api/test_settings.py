"""Every setting of the reference: what is wrong is named, all of it at once, and never its value."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.settings import Settings, SettingsWrong, check, problems, reading
from matcher.service import environment
from matcher.service.environment import Problem, expected, variable
from matcher.service.settings import ELSEWHERE, ServiceSettings

BOOK = Path(__file__).parents[2] / "docs/architecture/reference.md"
NAMES = re.findall(r"(?m)^\| `(YIBAO_\w+)` \|", BOOK.read_text(encoding="utf-8"))
FIELDS: dict[str, Any] = {
    variable(name): (kind, field)
    for kind in (ServiceSettings, Settings)
    for name, field in kind.model_fields.items()
}
# Any text is right for these: names, paths, and secrets of others.
FREE = {
    f"YIBAO_{name}"
    for name in (
        "WECHAT_APPID", "WECHAT_SECRET", "WECHAT_TEMPLATE_ID", "WECHAT_AGENT_TEMPLATE_ID",
        "WECHAT_CALLBACK_TOKEN", "PROCESSOR", "PROCESSOR_CONTACT", "PAD_DIR", "ANCHOR_FILE",
        "CONSOLE_OIDC_CLIENT_ID", "CONSOLE_OIDC_CLIENT_SECRET", "CONSOLE_OIDC_CLAIM",
    )
}  # fmt: skip
# Read by commands and by the sample tills.
TOOLS = {f"YIBAO_{name}" for name in ("OPERATOR_TOKEN", "KEY", "INSTITUTION", "WEBHOOK_SECRET")}
# Wrong for every setting that has a form, and to be found again in whatever shows it.
VALUE = "kept-secret.test:port"
KEY = base64.b64encode(b"k" * 32).decode()
COMPLETE = {
    "YIBAO_PROFILE": "demo",
    "YIBAO_BASE_URL": "http://127.0.0.1:8000",
    "YIBAO_DATABASE_URL": "sqlite:////nowhere/db.sqlite",
    "YIBAO_OBJECTS_URL": "file:///nowhere/objects",
    "YIBAO_JOBS_URL": "sqlite:////nowhere/jobs.sqlite",
    "YIBAO_VAULT_KEYS": f"k1:{KEY}",
    "YIBAO_VAULT_INDEX_SECRET": KEY,
    "YIBAO_WECHAT_APPID": "wx-test",
    "YIBAO_WECHAT_SECRET": "test",
    "YIBAO_WECHAT_TEMPLATE_ID": "template",
}
TYPED = [name for name in NAMES if name not in FREE]


def found(changes: dict[str, str]) -> list[Problem]:
    return problems(reading(COMPLETE | changes))


def named(changes: dict[str, str]) -> list[str]:
    return [problem.setting for problem in found(changes)]


def test_the_reference_has_every_setting_and_each_has_a_form_or_is_free() -> None:
    assert set(NAMES) == set(FIELDS) and set(FREE) <= set(NAMES)
    assert {name for name in NAMES if expected(FIELDS[name][1]) is None} == FREE
    assert found({}) == []


@pytest.mark.parametrize("name", TYPED)
def test_a_wrong_setting_is_named_with_what_is_expected_and_without_its_value(name: str) -> None:
    kind, field = FIELDS[name]
    (problem,) = environment.read(kind, {name: VALUE}, ELSEWHERE).problems
    chinese, english = expected(field) or ("", "")
    assert str(problem) == f"{name} 应为 {chinese} / must be {english}"
    assert VALUE not in str(problem)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    ours = {variable(name) for name in Settings.model_fields}
    given = dict.fromkeys([name for name in TYPED if name in ours] + ["YIBAO_DATABSE_URL"], VALUE)
    wrong = problems(reading(given))
    assert {problem.setting for problem in wrong} >= given.keys() | {"YIBAO_WECHAT_APPID", "YIBAO_PROCESSOR"}
    # Of a setting that is wrong in itself, nothing else is said.
    assert len({problem.setting for problem in wrong}) == len(wrong)
    assert not any(VALUE in str(problem) for problem in wrong)


@pytest.mark.parametrize("name", sorted(FREE))
def test_any_text_is_right_where_no_form_is_given(name: str) -> None:
    kind, _ = FIELDS[name]
    assert environment.read(kind, {name: VALUE}, ELSEWHERE).problems == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE", "prod"), ("CIPHERS", "foo"), ("WECHAT_ENV_VERSION", "beta"),
        ("METRICS_PORT", "http"), ("METRICS_PORT", "70000"), ("METRICS_PORT", "tcp://10.0.0.1:80"),
        ("WEB_PROCESSES", "0"), ("EVENT_CLIENTS", "-1"), ("VOUCHED_PHOTOS", "perhaps"),
        ("BIND", "127.0.0.1:http"), ("BIND", "127.0.0.1:"), ("BIND", "127.0.0.1:70000"), ("BIND", "8000"),
        ("BIND", "unix:"), ("BIND", "http://127.0.0.1:8000"),
        ("BASE_URL", "yibao.example.cn"), ("BASE_URL", "https://"), ("BASE_URL", "https://a:port"),
        ("MATCHER_URL", "127.0.0.1:8003"),
        ("DATABASE_URL", "postgresql://u:p@h/d"), ("DATABASE_URL", "postgresql+psycopg://u:p@h:port/d"),
        ("DATABASE_URL", "sqlite://"), ("DATABASE_URL", "db.example/yibao"),
        ("JOBS_URL", "redis://h:port/0"), ("JOBS_URL", "amqp://h"),
        ("OBJECTS_URL", "file://var/objects"), ("OBJECTS_URL", "/var/objects"), ("OBJECTS_URL", "s3:bucket"),
        ("ARCHIVE_URL", "ftp://somewhere"), ("ARCHIVE_ACCESS", "of-the-archive"),
        ("ARCHIVE_ACCESS", "aws_allow_http=true"),
        ("VAULT_KEYS", f"k1:{KEY[:40]}"), ("VAULT_KEYS", KEY), ("VAULT_KEYS", f"k1:{KEY},k1:{KEY}"),
        ("VAULT_KEYS", f"{'k' * 17}:{KEY}"), ("VAULT_KEYS", f":{KEY}"), ("VAULT_INDEX_SECRET", f"sm4:{KEY}"),
        ("WECHAT_CALLBACK_AES_KEY", KEY), ("WECHAT_TEMPLATE_KEYS", "matter=thing1,matter=thing2"),
    ],
)  # fmt: skip
def test_these_are_wrong(name: str, value: str) -> None:
    (problem,) = reading(COMPLETE | {f"YIBAO_{name}": value}).problems
    assert problem.setting == f"YIBAO_{name}" and KEY[:40] not in str(problem)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METRICS_PORT", "0"), ("EVENT_CLIENTS", "0"), ("VOUCHED_PHOTOS", "True"), ("BIND", "[::1]:8000"),
        ("BIND", "unix:/run/yibao.sock"), ("BIND", "localhost"), ("BASE_URL", "https://yibao.example.cn/"),
        ("DATABASE_URL", "postgresql+psycopg://u@/d?host=/run/postgresql"), ("JOBS_URL", "rediss://:p@h:6379/0"),
        ("JOBS_URL", "postgresql+psycopg://u:p@h/d"), ("OBJECTS_URL", "s3://bucket/prefix"),
        ("OBJECTS_URL", "memory:///"), ("VAULT_KEYS", f"k1:{KEY},k2:{KEY}"),
        ("VAULT_INDEX_SECRET", f"sm3:{KEY}"), ("WECHAT_CALLBACK_AES_KEY", KEY[:43]),
    ],
)  # fmt: skip
def test_these_are_right(name: str, value: str) -> None:
    assert found({f"YIBAO_{name}": value}) == []


def test_an_empty_setting_is_not_set() -> None:
    given = reading(COMPLETE | dict.fromkeys(("YIBAO_METRICS_PORT", "YIBAO_PAD_DIR", "YIBAO_CIPHERS"), ""))
    assert problems(given) == [] and given.settings.pad_dir is None
    assert named({"YIBAO_VAULT_KEYS": ""}) == ["YIBAO_VAULT_KEYS"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("YIBAO_DATABSE_URL", "YIBAO_DATABSE_URL 不是设置项，是否 YIBAO_DATABASE_URL？"),
        ("yibao_base_url", "yibao_base_url 不是设置项，是否 YIBAO_BASE_URL？"),
        ("YIBAO_HOME", "YIBAO_HOME 不是设置项 / is no setting"),
        # A colon where = belongs: the name ends with the value.
        (f"YIBAO_VAULT_KEYS:k1:{KEY.rstrip('=')}", "YIBAO_VAULT_KEYS… 不是设置项"),
    ],
)
def test_an_unknown_name_is_wrong_and_the_one_that_was_meant_is_told(name: str, said: str) -> None:
    (problem,) = found({name: VALUE})
    assert str(problem).startswith(said)
    assert VALUE not in str(problem) and KEY.rstrip("=") not in str(problem)


def test_the_names_of_other_processes_and_of_kubernetes_services_are_no_mistakes() -> None:
    links = {
        "YIBAO_API_SERVICE_HOST": "10.0.0.1",
        "YIBAO_API_SERVICE_PORT": "8000",
        "YIBAO_API_SERVICE_PORT_HTTP": "8000",
        "YIBAO_API_PORT": "tcp://10.0.0.1:8000",
        "YIBAO_API_PORT_8000_TCP": "tcp://10.0.0.1:8000",
        "YIBAO_API_PORT_8000_TCP_ADDR": "10.0.0.1",
    }
    assert found(links | dict.fromkeys((*ELSEWHERE & TOOLS, "YIBAO_MATCHER_QUEUE"), "2")) == []
    ours = {variable(name) for name in ServiceSettings.model_fields}
    assert (FIELDS.keys() | TOOLS) - ours == ELSEWHERE
    assert named({"YIBAO_API_PORT": "8000"}) == ["YIBAO_API_PORT"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"MATCHER_URL": "http://127.0.0.1:8003"}, ["MATCHER_SECRET"]),
        ({"WECHAT_CALLBACK_TOKEN": "token"}, ["WECHAT_CALLBACK_AES_KEY"]),
        (
            {"CONSOLE_OIDC_ISSUER": "https://id.example"},
            ["CONSOLE_OIDC_CLIENT_ID", "CONSOLE_OIDC_CLIENT_SECRET"],
        ),
        ({"ARCHIVE_URL": "s3://audit/yibao", "ARCHIVE_ACCESS": f"bearer={VALUE}"}, ["ARCHIVE_ACCESS"]),
        ({"BASE_URL": "https://host/yibao"}, ["BASE_URL"]),
        (
            {"PROFILE": "production", "BIND": "0.0.0.0:8000", "ARCHIVE_URL": "file:///archive"},
            [
                "WECHAT_CALLBACK_TOKEN", "WECHAT_CALLBACK_AES_KEY", "ANCHOR_FILE", "PROCESSOR",
                "PROCESSOR_CONTACT", "PAD_DIR", "BASE_URL", "BIND", "ARCHIVE_URL",
            ],
        ),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_each_other_are_named_together(
    given: dict[str, str], wrong: list[str]
) -> None:
    changes = {f"YIBAO_{name}": value for name, value in given.items()}
    assert named(changes) == [f"YIBAO_{name}" for name in wrong]


def test_settings_made_by_hand_are_checked_and_quoted_in_no_error() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(vault_keys=VALUE)
    assert VALUE not in str(refused.value)
    with pytest.raises(SettingsWrong, match="YIBAO_BASE_URL 未设置 / is not set; "):
        check(Settings())
