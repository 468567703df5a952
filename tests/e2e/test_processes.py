"""Real processes: fuzzed over HTTP from their own OpenAPI document, and killed at critical moments."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.demo.film import Film, samples
from scripts.demo.phone import Phone, Unexpected
from scripts.demo.till import Till
from tests.e2e.installation import Installation, free_port

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
FIGURES = {"web": free_port(), "worker": free_port()}
RIGHT = Film(samples() / "single_face.mp4", 0.0, 2.4)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("installed"))
    made.start("simulator")
    for name, port in FIGURES.items():
        made.start(name, YIBAO_METRICS_PORT=str(port))
    yield made
    made.stop()


class Purchase:
    """李建国's purchase, on a phone and a till connected to the real processes."""

    def __init__(self, installation: Installation) -> None:
        document = installation.document
        self.document = document
        self.man = next(person for person in document["persons"] if person["name"] == "李建国")
        self.till = Till(document["base_url"], document["institutions"][0])
        self.phone = Phone(document["base_url"], document["simulator_url"], self.man["openid"])
        self.phone.login()
        self.id = self.till.open(self.man)["id"]

    def reach(self) -> str:
        before = len(self.phone.messages())
        self.phone.allow(self.document["template_id"])
        self.till.push(self.id, self.man["person_id"])
        scene = self.phone.wait_for_message(before, 30)
        self.answer(scene)
        return scene

    def answer(self, scene: str) -> None:
        """Consent; nobody is pushed to again within 30 s of a message left unanswered."""
        self.phone.open(scene)
        self.phone.consent(scene, self.document["notice_version"])

    def close(self) -> None:
        self.till.close()
        self.phone.close()


@pytest.fixture
def purchase(installation: Installation) -> Iterator[Purchase]:
    httpx.post(f"{installation.document['base_url']}/demo/forget-frames", trust_env=False)
    begun = Purchase(installation)
    yield begun
    begun.close()


def surely(action: Any, seconds: float = 30) -> Any:
    """Repeat an action until the server is available again."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            return action()
        except (httpx.HTTPError, Unexpected):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def figures(name: str) -> dict[str, float]:
    """Scrape a process's metrics."""
    page = httpx.get(f"http://127.0.0.1:{FIGURES[name]}/metrics", trust_env=False).raise_for_status().text
    lines = [line for line in page.splitlines() if not line.startswith("#")]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


@pytest.mark.slow
def test_the_figures_of_all_processes_are_on_ports_of_their_own(installation: Installation) -> None:
    counted = 'yibao_requests_total{method="GET",route="/healthz",status="200"}'
    url = installation.document["base_url"]
    before = surely(lambda: figures("web"), 60).get(counted, 0.0)
    # One connection each, so that both processes answer some.
    for _ in range(8):
        httpx.get(f"{url}/healthz", trust_env=False)
    assert figures("web")[counted] == before + 8
    assert figures("web")["yibao_pool_connections"] >= 0
    assert surely(lambda: figures("worker"), 60)["yibao_anchor_age_seconds"] >= 0
    assert httpx.get(f"{url}/metrics", trust_env=False).status_code == 404
    assert surely(lambda: ready(url), 60)


def ready(url: str) -> bool:
    return httpx.get(f"{url}/readyz", trust_env=False).raise_for_status().json()["status"] == "ready"


def test_the_server_is_killed_while_it_decides(installation: Installation, purchase: Purchase) -> None:
    scene = purchase.reach()
    challenge = purchase.phone.draw(scene)
    purchase.phone.film(challenge, RIGHT)
    asking = threading.Thread(target=lambda: _ignore(lambda: purchase.phone.finish(challenge)))
    asking.start()
    time.sleep(0.08)
    installation.kill("web")
    asking.join()
    installation.start("web")
    result = surely(lambda: purchase.phone.finish(challenge))
    assert (result["outcome"], result["state"]) == ("passed", "passed")
    assert surely(lambda: purchase.till.read(purchase.id))["receipt"]


def _ignore(action: Any) -> None:
    try:
        action()
    except (httpx.HTTPError, Unexpected):
        return


@pytest.mark.slow
def test_the_worker_is_killed_and_everything_still_happens(
    installation: Installation, purchase: Purchase
) -> None:
    installation.kill("worker")
    purchase.phone.allow(purchase.document["template_id"])
    before = len(purchase.phone.messages())
    purchase.till.push(purchase.id, purchase.man["person_id"])
    time.sleep(1)
    assert len(purchase.phone.messages()) == before
    installation.start("worker")
    purchase.answer(purchase.phone.wait_for_message(before, 30))


@pytest.mark.slow
def test_wechat_is_away_and_comes_back(installation: Installation, purchase: Purchase) -> None:
    before = len(purchase.phone.messages())
    installation.kill("simulator")
    purchase.till.push(purchase.id, purchase.man["person_id"])
    time.sleep(1.5)
    installation.start("simulator")
    purchase.phone.allow(purchase.document["template_id"])
    purchase.answer(purchase.phone.wait_for_message(before, 30))


@pytest.mark.slow
@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_the_ledger_equals_wechats_count_under_all_event_faults(
    installation: Installation, purchase: Purchase, order: str
) -> None:
    with httpx.Client(base_url=purchase.document["simulator_url"], trust_env=False, timeout=40) as wechat:
        faults = {"callback_hold": True, "callback_copies": 3, "callback_repeats": 2}
        wechat.post("/sim/v1/faults", json=faults).raise_for_status()
        for _ in range(2):
            purchase.phone.allow(purchase.document["template_id"])
            time.sleep(1.1)
        purchase.reach()
        wechat.post("/sim/v1/callbacks/release", json={"order": order}).raise_for_status()
        pushed = wechat.get("/sim/v1/callbacks?wait=30").json()["pushed"]
        wechat.post("/sim/v1/faults", json={"clear": True})
        counted = wechat.get(f"/sim/v1/credits/{purchase.man['openid']}").json()["credits"]
    assert {one["status"] for one in pushed} == {200}
    (man,) = [one for one in purchase.till.read(purchase.id)["persons"] if one["relation"] == "本人"]
    assert man["push"] == ("ready" if any(counted.values()) else "no_credit")
    assert purchase.man["openid"] not in installation.logs()


@pytest.mark.slow
@pytest.mark.parametrize("side", ["institution", "phone"])
def test_no_answer_leaves_the_documented_contract(
    installation: Installation, purchase: Purchase, side: str, tmp_path: Path
) -> None:
    document = purchase.document
    # Not the man's phone: whoever has just passed may delete themselves, and fuzzing does.
    openid = next(person["openid"] for person in document["persons"] if person["name"] == "王秀英")
    stranger = Phone(document["base_url"], document["simulator_url"], openid)
    stranger.login()
    client = purchase.till.http if side == "institution" else stranger.http
    paths = "^/(v1|healthz|qr|popup|wechat|.well-known)" if side == "institution" else "^/mp/v1"
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run",
        f"{purchase.document['base_url']}/openapi.json",
        "--header", f"Authorization: {client.headers['Authorization']}",
        "--include-path-regex", paths, "--phases", "examples,coverage,fuzzing", "--max-examples", "20",
        "--checks", ",".join(CHECKS), "--seed", "1", "--no-color", "--request-timeout", "40",
        # From two threads, ast.parse of CPython 3.11 fails now and then ("recursion depth mismatch").
        "--workers", "1",
    ]  # fmt: skip
    environment = os.environ | {"HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    stranger.close()
    assert done.returncode == 0, done.stdout[-6000:]
    assert "No failures" in done.stdout or " passed" in done.stdout, done.stdout[-1500:]
    assert "Traceback" not in installation.logs()
