"""A request repeated with its key has one effect and gets the same response."""

import sqlite3
import threading
from typing import Any

import pytest
from sqlalchemy import event, select

from models import tables
from models.domain.retention import IDEMPOTENT_ANSWERS
from tests.support import play
from tests.support.world import MAN, World, purchase


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


def test_the_same_body_gets_the_same_answer(world: World) -> None:
    answers = [world.till().post("/v1/verifications", json=purchase(), headers=key("k1")) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1


def test_another_body_is_refused(world: World) -> None:
    play.ok(world.till().post("/v1/verifications", json=purchase(), headers=key("k1")), 201)
    answer = world.till().post("/v1/verifications", json=purchase(order_no="A-2"), headers=key("k1"))
    assert (answer.status_code, answer.json["code"]) == (409, "key_reused")


def test_a_refusal_is_repeated_too(world: World) -> None:
    play.opened(world)
    answers = [world.till().post("/v1/verifications", json=purchase(), headers=key("k1")) for _ in range(2)]
    assert [answer.json["code"] for answer in answers] == ["order_exists"] * 2


def test_a_counted_refusal_is_repeated_too(world: World) -> None:
    nobody = purchase(cardholder={"name": "王无名", "id_number": MAN.id_number})
    answers = [world.till().post("/v1/verifications", json=nobody, headers=key("k1")) for _ in range(3)]
    assert [(answer.status_code, answer.json["code"]) for answer in answers] == [
        (422, "person_not_found")
    ] * 3
    with world.ports.database.reading() as db:
        assert len(db.scalars(select(tables.Miss)).all()) == 1


def test_a_rate_limit_is_checked_again_under_the_same_key(world: World) -> None:
    nobody = purchase(cardholder={"name": "王无名", "id_number": MAN.id_number})
    codes = [world.till().post("/v1/verifications", json=nobody).json["code"] for _ in range(21)]
    assert codes[-1] == "rate_limited"
    for _ in range(2):
        answer = world.till().post("/v1/verifications", json=purchase(), headers=key("k1"))
        assert (answer.status_code, answer.json["code"]) == (429, "rate_limited")
    world.clock.tick(3601)
    play.ok(world.till().post("/v1/verifications", json=purchase(), headers=key("k1")), 201)


def test_another_institution_may_use_the_same_key(world: World) -> None:
    for which in (0, 1):
        play.ok(world.till(which).post("/v1/verifications", json=purchase(), headers=key("k1")), 201)


def test_another_path_may_use_the_same_key(world: World) -> None:
    verification = play.ok(world.till().post("/v1/verifications", json=purchase(), headers=key("k")), 201)[
        "id"
    ]
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}, headers=key("k")))


@pytest.mark.parametrize("bad", ["", "x" * 129, "中文".encode().decode("latin-1")])
def test_an_invalid_idempotency_key_is_refused(world: World, bad: str) -> None:
    answer = world.till().post("/v1/verifications", json=purchase(), headers=key(bad))
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = play.ok(world.till().post("/v1/verifications", json=purchase(), headers=key("k1")), 201)
    world.clock.tick(IDEMPOTENT_ANSWERS.total_seconds() + 1)
    again = play.ok(world.till().post("/v1/verifications", json=purchase(), headers=key("k1")), 201)
    assert again["id"] != first["id"]


def test_two_at_once_make_one_verification(world: World) -> None:
    answers: list[Any] = []
    gate = threading.Barrier(4)

    def ask() -> None:
        till = world.till()
        gate.wait()
        answers.append(till.post("/v1/verifications", json=purchase(), headers=key("k1")))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    created = {answer.json["id"] for answer in answers if answer.status_code == 201}
    assert len(created) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}


def test_the_stored_response_is_encrypted(world: World) -> None:
    answer = world.till().post("/v1/verifications", json=purchase(), headers=key("k1"))
    popup = answer.json["popup_url"].rsplit("/", 1)[1]
    kept = b"".join(path.read_bytes() for path in world.ports.settings.anchor_file.parent.glob("db.sqlite*"))
    assert popup.encode() not in kept


def test_a_locked_database_is_busy_and_not_in_progress(world: World) -> None:
    path = world.ports.settings.database_url.removeprefix("sqlite:///")
    event.listen(world.ports.database.engine, "connect", _impatient)
    world.ports.database.engine.dispose()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = world.till().post("/v1/verifications", json=purchase(), headers={"Idempotency-Key": "fresh"})
        assert (answer.status_code, answer.json["code"]) == (503, "busy")
        assert answer.headers["Retry-After"] == "1"
        other.execute("ROLLBACK")
    other.close()
    again = world.till().post("/v1/verifications", json=purchase(), headers={"Idempotency-Key": "fresh"})
    assert again.status_code == 201


def _impatient(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA busy_timeout=50")
