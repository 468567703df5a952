"""The journeys on an installed machine: who plays there, and what is wrong with what its clients saw."""

import json
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import Role
from models.domain.provider import Provider
from scripts.admin import setting
from scripts.deploy import __main__ as deploy
from scripts.lab.faults.ledger import Ledger, Purchase
from scripts.lab.faults.receiver import Receiver
from scripts.lab.journeys import installed as machine
from scripts.lab.journeys.actors import RealWeChat, register
from tests.support.console import token
from tests.support.world import World


def registered(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    deploy.main(["actors", *words])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_actors_are_invented_persons_a_pharmacy_with_a_cashier_and_a_sandbox(
    installed: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIBAO_WECHAT_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports(), "chief", Role.ADMINISTRATOR))
    found = registered(capsys, "--persons", "3", "--network", "10.1.0.0/16")
    assert found["simulator_url"] == "http://127.0.0.1:9" and len(found["persons"]) == 3
    pharmacy, sandbox = found["institutions"][0], found["sandbox"]
    assert {one["outcome"] for one in sandbox["persons"]} >= {"passed", "appealed"}
    made = machine.Installed(found).cast()
    assert made.native == pharmacy and made.people.qsize() == 3
    # Appeals stay open on a machine: each run has people of its own.
    again = registered(capsys, "--persons", "3")
    numbers = {one["id_number"] for one in [*found["persons"], *again["persons"]]}
    assert len(numbers) == 6
    vault = installed.ports.vault
    with installed.ports.database.reading() as db:
        row = db.get_one(tables.Institution, pharmacy["id"])
        assert (row.provider, row.qr_provider, row.sandbox) == (Provider.WECHAT, Provider.WECHAT, False)
        assert row.webhook_networks == ["10.1.0.0/16"]
        assert db.get_one(tables.Institution, sandbox["id"]).sandbox
        cashier = vault.index("openid", pharmacy["staff_openid"])
        assert db.scalar(select(tables.Staff).where(tables.Staff.openid_index == cashier)) is not None
        acts = db.scalars(select(tables.Act).where(tables.Act.kind == ActKind.INSTITUTION_ADDED)).all()
        assert {one.subject for one in acts} >= {pharmacy["id"], sandbox["id"]}


def test_nobody_is_invented_where_messages_reach_real_people(installed: World) -> None:
    for url in ("https://api.weixin.qq.com", "https://sz.api.weixin.qq.com/"):
        settings = installed.ports.settings.model_copy(update={"wechat_base_url": url})
        with pytest.raises(RealWeChat):
            register(replace(installed.ports, settings=settings), "chief", 1, ())


def ended(ledger: Ledger, order: str, end: str) -> Purchase:
    purchase = ledger.begin(order, "native_pass")
    purchase.saw({"id": f"ver_{order}", "state": end})
    return purchase


def test_a_purchase_whose_end_no_webhook_told_is_named() -> None:
    ledger, receiver = Ledger(), Receiver([])
    try:
        ended(ledger, "F1", "passed")
        ended(ledger, "F2", "passed")
        ledger.begin("F3", "film")
        receiver.seen[("ver_F1", 3, "verification.passed")] += 1
        receiver.seen[("ver_F2", 2, "attempt.failed")] += 1
        assert machine.unheard(ledger, receiver) == ["native_pass F2"]
    finally:
        receiver.close()


@pytest.mark.parametrize(("command", "told"), [("true", []), ("false", ["false: ended with 1"])])
def test_a_command_that_fails_is_a_failure_of_the_run(command: str, told: list[str]) -> None:
    failures: list[str] = []
    machine.run_beside(command, failures)
    assert failures == told


def test_webhooks_are_received_over_tls(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", both, "-out",
         tmp_path / "ca.pem", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_text(both.read_text("utf-8") + (tmp_path / "ca.pem").read_text("utf-8"), "utf-8")
    receiver = Receiver([], "127.0.0.1", both)
    try:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        answer = httpx.post(receiver.url, content=b"{}", verify=trusted, trust_env=False)
    finally:
        receiver.close()
    assert receiver.url.startswith("https://127.0.0.1:") and answer.status_code == 401
    assert receiver.forged == 1
