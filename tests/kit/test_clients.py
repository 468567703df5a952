"""The sample clients in docs/clients, compiled and run against a real server where their tools exist."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from api.events.webhooks import sign
from tests.e2e.installation import Installation, free_port
from tests.kit import forger
from tests.miniprogram.conftest import served

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "docs/clients"
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
        _missing(
            "JAVA CLIENT NOT CHECKED: there is no javac on this machine; docs/clients/java was neither "
            "compiled nor run. `make java` installs it (Debian, as root)."
        )
    folder = tmp_path_factory.mktemp("java")
    compiler = ["javac", "-encoding", "UTF-8", "-Xlint:all", "-Werror", "-d", str(folder)]
    subprocess.run([*compiler, str(CLIENTS / "java/Till.java")], check=True)
    return _runner(["java", "-Dfile.encoding=UTF-8", "-cp", str(folder), "Till"])


@pytest.fixture(scope="module")
def mono() -> Run:
    """Mono's compiler, held to what the compiler that Windows 7 brings understands."""
    if not shutil.which("mcs"):
        _missing(
            "C# CLIENT NOT CHECKED: there is no Mono on this machine; docs/clients/csharp was neither "
            "compiled nor run. `make mono` installs it (Debian, as root)."
        )
    compiler = ["mcs", "-langversion:5", "-codepage:utf8", "-warn:4", "-warnaserror"]
    libraries = "-r:System.Core,Microsoft.CSharp,System.Web.Extensions"
    return _runner([*compiler, libraries])


@pytest.fixture(scope="module")
def csharp(mono: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the client with OpenSSL's ECDsa in the place of Mono's, which does nothing."""
    till = tmp_path_factory.mktemp("csharp") / "Till.exe"
    sources = [str(CLIENTS / "csharp/Till.cs"), str(Path(__file__).parent / "mono/ECDsa.cs")]
    built = mono("-nowarn:436", f"-out:{till}", *sources)
    assert built.returncode == 0, (built.stdout + built.stderr).decode()
    return _runner(["mono", str(till)])


def _missing(message: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def _runner(command: list[str]) -> Run:
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    return lambda *given, institution="ins_1", **more: subprocess.run(
        [*command, *given],
        env=environment | {"YIBAO_INSTITUTION": institution},
        capture_output=True,
        timeout=120,
        **more,
    )


@pytest.fixture
def python() -> Run:
    """Return the Python sample till, called like the other two."""
    return lambda _, base, key, *who: subprocess.run(
        [sys.executable, str(ROOT / "scripts/sample_pos.py"), *who, base],
        env=os.environ | {"YIBAO_KEY": key, "YIBAO_INSTITUTION": "ins_1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        timeout=120,
    )


@pytest.fixture(params=["python", "java", "csharp"])
def till(request: pytest.FixtureRequest) -> Run:
    run: Run = request.getfixturevalue(request.param)
    return run


@pytest.fixture(params=["java", "csharp"])
def client(request: pytest.FixtureRequest) -> Run:
    run: Run = request.getfixturevalue(request.param)
    return run


def test_the_compiler_of_windows_7_is_enough(mono: Run, tmp_path: Path) -> None:
    """Without the tests' ECDsa: C# 5 and the framework's own classes."""
    built = mono(f"-out:{tmp_path / 'Till.exe'}", str(CLIENTS / "csharp/Till.cs"))
    assert built.returncode == 0, (built.stdout + built.stderr).decode()


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
    base, key = installation.document["base_url"], sandbox["api_key"]
    done = client("buy", base, key, *who, institution=sandbox["id"])
    told = (done.stdout + done.stderr).decode()
    assert (done.returncode == 0, says in told) == (ends, True), told


BUYER = ("yk_test", "李建国", "330106195503100013")


def test_a_till_survives_an_outage_and_uses_idempotency_keys(till: Run) -> None:
    """Hung up on, then 503, then answered: each action under one key, the same action later under another."""
    keys: list[tuple[str, str]] = []
    with served(forger.shaky(keys)) as address:
        for _ in range(2):
            done = till("buy", address, *BUYER)
            told = (done.stdout + done.stderr).decode()
            assert (done.returncode, "receipt checked and redeemed" in told) == (0, True), told
    during, later = keys[:9], keys[9:]
    actions = [during[at : at + 3] for at in range(0, 9, 3)]
    assert [len(set(tries)) for tries in actions] == [1] * 3, keys
    assert [path for path, _ in later] == [tries[0][0] for tries in actions]
    assert len({tries[0] for tries in actions} | set(later)) == 6, keys


@pytest.mark.parametrize("retry_after", ["3600", None])
def test_a_till_does_not_wait_for_long_or_endless_limits(till: Run, retry_after: str | None) -> None:
    with served(forger.full(retry_after)) as address:
        done = till("buy", address, *BUYER)
    assert (done.returncode, b"429" in done.stdout + done.stderr) == (1, True)


@pytest.mark.parametrize("kind", forger.RECEIPTS)
def test_the_sample_till_redeems_only_a_receipt_it_has_checked(python: Run, kind: str) -> None:
    with served(forger.app(kind)) as address:
        done = python("buy", address, *BUYER)
    told = (done.stdout + done.stderr).decode()
    assert (done.returncode == 0, "redeemed" in told) == (kind == "genuine", kind == "genuine"), told


@pytest.mark.parametrize("kind", forger.RECEIPTS)
def test_a_client_redeems_only_a_receipt_it_has_checked(client: Run, kind: str) -> None:
    with served(forger.app(kind)) as address:
        done = client("buy", address, *BUYER)
    told = (done.stdout + done.stderr).decode()
    says = {
        "genuine": "passed: receipt checked and redeemed",
        "another order's": "the receipt is for something else",
        "another amount's": "the receipt is for something else",
        "another institution's": "the receipt is for another institution",
        "expired": "the receipt has expired",
    }
    assert says.get(kind, "the receipt is not genuine") in told, told
    assert (done.returncode == 0, "redeemed" in told) == (kind == "genuine", kind == "genuine")


@pytest.fixture
def receiver(sandbox: dict[str, Any]) -> Iterator[str]:
    """Yield the Python receiver of the documents; return its address."""
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
