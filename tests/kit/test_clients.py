"""The copy-paste clients of docs/clients, compiled and run against a real server where their tools exist."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.webhooks import sign
from tests.e2e.installation import Installation, free_port

CLIENTS = Path(__file__).parents[2] / "docs/clients"
NOW = 1_790_000_000
BODY = '{"id":"dlv_1","type":"verification.passed","data":{"name":"中文"}}'.encode()
GOOD = sign(b"secret", BODY, NOW)
OLD = sign(b"secret", BODY, NOW - 600)
HEADERS = {
    "good": (GOOD, True),
    "300 s old": (sign(b"secret", BODY, NOW - 300), True),
    "301 s old": (sign(b"secret", BODY, NOW - 301), False),
    "from the future": (sign(b"secret", BODY, NOW + 301), False),
    "forged": (sign(b"another", BODY, NOW), False),
    "replayed": (f"t={NOW},{OLD.split(',')[1]}", False),
    "stale": (OLD, False),
    "upper case": (GOOD.upper(), False),
    "without v1": (GOOD.split(",")[0], False),
    "empty": ("", False),
}

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Run:
    if not shutil.which("javac"):
        pytest.skip("JAVA CLIENT NOT CHECKED: there is no javac on this machine; it was not even compiled")
    folder = tmp_path_factory.mktemp("java")
    compiler = ["javac", "-encoding", "UTF-8", "-Xlint:all", "-Werror", "-d", str(folder)]
    subprocess.run([*compiler, str(CLIENTS / "java/Till.java")], check=True)
    return _runner(["java", "-Dfile.encoding=UTF-8", "-cp", str(folder), "Till"])


@pytest.fixture(scope="module")
def csharp(tmp_path_factory: pytest.TempPathFactory) -> Run:
    if not shutil.which("dotnet"):
        pytest.skip(
            "C# CLIENT NOT CHECKED: there is no dotnet on this machine; docs/clients/csharp was neither "
            "compiled nor run – run this test where .NET 8 is before relying on it"
        )
    folder = tmp_path_factory.mktemp("csharp")
    shutil.copytree(CLIENTS / "csharp", folder / "till")
    build = ["dotnet", "build", "--nologo", "-o", str(folder / "out"), str(folder / "till")]
    subprocess.run(build, check=True)
    return _runner(["dotnet", str(folder / "out/Till.dll")])


def _runner(command: list[str]) -> Run:
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    return lambda *given, **more: subprocess.run(
        [*command, *given], env=environment, capture_output=True, timeout=120, **more
    )


@pytest.fixture(params=["java", "csharp"])
def client(request: pytest.FixtureRequest) -> Run:
    run: Run = request.getfixturevalue(request.param)
    return run


@pytest.mark.parametrize("kind", HEADERS)
def test_a_client_knows_a_genuine_webhook(client: Run, kind: str) -> None:
    header, genuine = HEADERS[kind]
    assert client("webhook", "secret", header, str(NOW), input=BODY).returncode == (0 if genuine else 1)


@pytest.mark.parametrize(
    ("outcome", "ends", "says"),
    [
        ("passed", True, "passed: receipt checked and redeemed"),
        ("appealed", True, "appealed: receipt checked and redeemed"),
        ("undeliverable", False, "not passed"),
        ("child", False, "422 guardian_needed"),
    ],
)
def test_a_client_buys_in_the_sandbox(
    client: Run, installation: Installation, sandbox: dict[str, Any], outcome: str, ends: bool, says: str
) -> None:
    person = next(one for one in sandbox["persons"] if one["outcome"] == outcome)
    who = (person["name"], person["id_number"])
    done = client("buy", installation.document["base_url"], sandbox["api_key"], *who)
    told = (done.stdout + done.stderr).decode()
    assert (done.returncode == 0, says in told) == (ends, True), told


@pytest.fixture
def receiver(sandbox: dict[str, Any]) -> Iterator[str]:
    """The Python receiver of the documents; return its address."""
    url = f"http://127.0.0.1:{free_port()}/hook"
    command = [sys.executable, str(CLIENTS / "python/webhook.py"), url.split(":")[2].split("/")[0]]
    environment = os.environ | {"YIBAO_WEBHOOK_SECRET": sandbox["webhook_secret"]}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not _listens(url):
        assert running.poll() is None
        time.sleep(0.05)
    yield url
    running.kill()
    running.wait()


def _listens(url: str) -> bool:
    try:
        return httpx.post(url, trust_env=False).status_code == 401
    except httpx.HTTPError:
        return False


def test_the_python_receiver_passes_the_self_test(
    installation: Installation, sandbox: dict[str, Any], receiver: str
) -> None:
    command = [sys.executable, "-m", "scripts.webhooks", "selftest", sandbox["id"], receiver]
    done = installation.run(command)
    assert (done.returncode, "可以上线" in done.stdout) == (0, True), done.stdout + done.stderr
