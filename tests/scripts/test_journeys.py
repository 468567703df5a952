"""Push, code, appeal, agent and webhook while one process of each kind is killed and during an upgrade."""

import os
import queue
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models.domain.appeal import OPEN_PER_PERSON
from scripts.backup.copies import Manifest
from scripts.lab.faults.casting import Cast
from scripts.lab.faults.client import GaveUp
from scripts.lab.faults.ledger import Ledger, Purchase
from scripts.lab.faults.phone import Phone
from scripts.lab.journeys import run
from scripts.lab.journeys.canary import leaks
from scripts.lab.journeys.copying import differences
from scripts.lab.journeys.playing import JOURNEYS, POOL, Journeys
from scripts.lab.journeys.run import Wanted
from scripts.stack.places import Size
from scripts.stack.proxy import Missing
from scripts.stack.stack import Stack

# The upgrade is itself a rolling restart; `python -m scripts.deploy journeys` has every phase. These two take
# 92 CPU-s, about a minute.
WANTED = Wanted(phases=("one of each killed", "upgrade by one revision"), clients=3, persons=40)


@pytest.mark.postgres
def test_every_journey_ends_as_it_must_while_processes_are_killed_and_upgraded() -> None:
    try:
        with Stack(size=Size(2, 1, 1)) as stack:
            report = run.run(stack, WANTED)
    except Missing as missing:
        pytest.fail(str(missing)) if os.environ.get("CI") == "true" else pytest.skip(str(missing))
    assert run.wrong(report) == ""
    for row in run.rows(report):
        assert row.keys() >= JOURNEYS.keys() and row["failed"] == 0


def person(number: int) -> dict[str, Any]:
    return {"openid": f"openid-{number}"}


def test_nobody_is_asked_to_appeal_more_often_than_they_may(tmp_path: Path) -> None:
    people: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    for number in range(POOL + 3):
        people.put(person(number))
    made = Journeys(Stack(tmp_path), Cast({}, {}, {}, {}, people), "")
    asked = [made._person("native_refused")["openid"] for _ in range(3 * OPEN_PER_PERSON)]
    assert Counter(asked) == {f"openid-{number}": OPEN_PER_PERSON for number in range(POOL, POOL + 3)}
    with pytest.raises(GaveUp, match="nobody is left who may appeal"):
        made._person("native_refused")
    assert people.qsize() == POOL
    made.stop()
    assert people.qsize() == POOL + 3


def test_a_phone_looks_until_its_capture_is_decided() -> None:
    class Shown(Phone):
        states = iter(["captured", "captured", "failed"])

        def open(self, scene: str) -> dict[str, Any]:
            return {"state": next(self.states)}

    assert Shown("http://127.0.0.1:9", "http://127.0.0.1:9", "openid-1").decided("scene")["state"] == "failed"


def test_a_restored_copy_may_differ_only_by_what_restoring_adds() -> None:
    made = Manifest("2026-11-29", "0038", {"event": 9, "act": 2, "operator_session": 1}, 4, {})
    found = {"event": 9, "act": 4, "operator_session": 2}
    assert differences(made, found, 4) == []
    assert differences(made, found | {"event": 8}, 3) == ["event: 8 of 9", "objects: 3 of 4"]


def played(**phase: object) -> dict[str, object]:
    told = {"name": "x", "seconds": 1.0, "journeys": dict.fromkeys(JOURNEYS, 1), "repeats": 0, "failed": []}
    return {"phases": [told | phase], "failures": [], "defects": {}, "leaks": []}


def test_a_run_is_wrong_where_a_journey_failed_is_missing_or_a_log_leaks() -> None:
    assert run.wrong(played()) == ""
    assert run.wrong(played(failed=["push F1 ['lapsed']"])) == "x: push F1 ['lapsed']"
    assert run.wrong(played(journeys={"push": 1})).startswith("x: no code; x: no appeal")
    assert run.wrong(played() | {"leaks": ["nginx.log: ticket"]}) == "nginx.log: ticket"
    assert run.wrong(played() | {"defects": {"lost": ["push F1"]}}) == "lost: push F1"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("GET /x?token=tok-5fe1", "ticket"),
        ("scene Sc-77a1 opened", "ticket"),
        ("tapped Pop-9c2b4d", "ticket"),
        ("hello 王秀英", "name"),
        ("n=33010619700903004X", "id_number"),
        ("openid-wife said", "openid"),
        ("key sk-live", "api_key"),
        ('"POST /mp/v1/attempts/UnknownSceneXyz/consent"', "an address"),
    ],
)
def test_what_must_be_in_no_log_is_found_in_one(tmp_path: Path, line: str, kind: str) -> None:
    ledger = Ledger()
    ledger.purchases = [Purchase("F1", "film", tickets={"tok-5fe1", "http://x/popup/Pop-9c2b4d"})]
    ledger.tickets = {"Sc-77a1"}
    person = {"name": "王秀英", "id_number": "33010619700903004X", "openid": "openid-wife"}
    entries = [person, {"name": "大药房", "api_key": "sk-live"}]
    (tmp_path / "api-1.log").write_text("大药房 POST /v1/verifications 201", encoding="utf-8")
    assert leaks(tmp_path, ledger, entries) == []
    (tmp_path / "nginx-access.log").write_text(line, encoding="utf-8")
    assert leaks(tmp_path, ledger, entries) == [f"nginx-access.log: {kind}"]
