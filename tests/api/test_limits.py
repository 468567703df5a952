"""Limits on guessing who an ID number belongs to."""

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.directory.identify import AT_A_COUNTER, AT_AN_INSTITUTION
from api.privacy import retention
from models import tables
from models.domain.identity.guess import MISSES_A_DAY, GuessKind
from tests.support.world import MAN, WIFE, World, purchase


def asked(world: World, counter: str, name: str = "李某某", till: int = 0) -> TestResponse:
    body = purchase(counter=counter, cardholder={"name": name, "id_number": MAN.id_number})
    return world.till(till).post("/v1/verifications", json=body)


def test_a_counter_with_too_many_misses_waits_until_retry_after(world: World) -> None:
    for _ in range(AT_A_COUNTER.most):
        assert asked(world, "1").status_code == 422
        world.clock.tick(10)
    refused = asked(world, "1", MAN.name)
    assert refused.status_code == 429
    wait = int(refused.headers["Retry-After"])
    assert wait == 3600 - 10 * AT_A_COUNTER.most
    world.clock.tick(wait - 1)
    assert asked(world, "1", MAN.name).status_code == 429
    world.clock.tick(1)
    assert asked(world, "1").status_code == 422
    assert asked(world, "1", MAN.name).headers["Retry-After"] == "10"


def test_other_counters_continue_and_hits_do_not_count(world: World) -> None:
    for _ in range(AT_A_COUNTER.most):
        asked(world, "1")
    assert asked(world, "2", MAN.name).status_code == 201


def test_an_invented_counter_name_does_not_evade_the_limit(world: World) -> None:
    for turn in range(AT_AN_INSTITUTION.most):
        assert asked(world, f"counter {turn}").status_code == 422
    assert asked(world, "another", MAN.name).status_code == 429
    assert asked(world, "another", MAN.name, till=1).status_code == 201
    world.clock.tick(3600)
    assert asked(world, "another", MAN.name).status_code == 201


def test_misses_count_against_the_number_from_any_counter(world: World) -> None:
    for turn in range(MISSES_A_DAY[GuessKind.NUMBER][0]):
        assert asked(world, f"counter {turn}", till=turn // AT_AN_INSTITUTION.most).status_code == 422
    assert asked(world, "another", MAN.name, till=1).status_code == 429
    other = purchase(counter="another", cardholder={"name": WIFE.name, "id_number": WIFE.id_number})
    assert world.till(1).post("/v1/verifications", json=other).status_code == 201
    world.clock.tick(24 * 3600)
    assert asked(world, "another", MAN.name, till=1).status_code == 201


@pytest.mark.parametrize(("hours", "kept"), [(23, 1), (25, 0)])
def test_misses_are_forgotten_after_a_day(world: World, hours: int, kept: int) -> None:
    asked(world, "1")
    world.clock.tick(hours * 3600)
    retention.sweep(world.ports)
    with world.ports.database.reading() as db:
        assert len(db.scalars(select(tables.Miss)).all()) == kept
