"""A really full disk and a really locked database: 503 with the cause, and nothing lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from api.http.health import KEPT
from matcher.local import LocalMatcher
from scripts.demo.film import Shot
from tests.support import disks, play
from tests.support import world as worlds
from tests.support.postgres import Postgres
from tests.support.stores import ON_FILES
from tests.support.world import MAN, RIGHT, World, multipart, purchase

KEY = {"Idempotency-Key": "fresh"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with disks.small(tmp_path / "disk", 24) as folder:
        yield folder


@pytest.fixture
def cramped(populated: Path, disk: Path, matcher: LocalMatcher) -> Iterator[World]:
    """Yield an installation on a disk of 24 MB."""
    made = worlds.world(populated, disk, matcher)
    yield made
    made.app.extensions["feed"].close()
    made.ports.database.dispose()


@pytest.fixture
def cramped_postgres(
    postgres: Postgres, tmp_path: Path, matcher: LocalMatcher
) -> Iterator[tuple[World, Path]]:
    """Yield an installation whose PostgreSQL has 40 MB for its data."""
    with postgres.small_disk(40) as (folder, name), postgres.database(name) as url:
        worlds.populate(tmp_path, matcher, url)
        made = worlds.composed(tmp_path, worlds.compose(tmp_path, matcher, seed=2, url=url))
        yield made, folder
        made.app.extensions["feed"].close()
        made.ports.database.dispose()


def healthy(world: World) -> bool:
    """Query the health route, bypassing its cache."""
    world.clock.tick(KEPT.total_seconds())
    answer = world.app.test_client().get("/healthz")
    if answer.status_code != 200:
        play.refused(answer, 503, "not_writable")
        assert int(answer.headers["Retry-After"]) > 0
    return answer.status_code == 200


def open_until_refused(world: World) -> str:
    """Open verifications until one is refused; return its order number."""
    for at in range(2_000):
        body = purchase(order_no=f"F-{at}")
        answer = world.till().post("/v1/verifications", json=body, headers={"Idempotency-Key": f"F-{at}"})
        if answer.status_code != 201:
            refused = play.refused(answer, 503, "busy")
            assert int(answer.headers["Retry-After"]) >= 10 and "detail" in refused
            return f"F-{at}"
    raise AssertionError("the disk was never full")


@ON_FILES
def test_a_full_disk_is_503_with_its_cause_and_the_same_key_works_when_there_is_room(
    cramped: World, disk: Path
) -> None:
    assert healthy(cramped)
    ballast = disks.fill(disk)
    with capture_logs() as logs:
        order_no = open_until_refused(cramped)
        assert not healthy(cramped)
    causes = [line["cause"] for line in logs if line["event"] == "not writable"]
    assert len(causes) == 2 and set(causes) <= {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}
    assert MAN.id_number not in str(logs) and MAN.name not in str(logs)
    # Reading goes on.
    assert cramped.till().get("/v1/verifications?order_no=F-x").status_code == 404
    ballast.unlink()
    body = purchase(order_no=order_no)
    again = cramped.till().post("/v1/verifications", json=body, headers={"Idempotency-Key": order_no})
    assert again.status_code == 201 and healthy(cramped)


def test_a_full_disk_under_postgresql_gives_the_same_answer(cramped_postgres: tuple[World, Path]) -> None:
    world, disk = cramped_postgres
    assert healthy(world)
    ballast = disks.fill(disk)
    with capture_logs() as logs:
        order_no = open_until_refused(world)
    assert {line["cause"] for line in logs if line["event"] == "not writable"} == {"53100"}
    ballast.unlink()
    again = world.till().post(
        "/v1/verifications", json=purchase(order_no=order_no), headers={"Idempotency-Key": order_no}
    )
    assert again.status_code == 201 and healthy(world)


@ON_FILES
def test_frames_that_no_longer_fit_may_be_sent_again(cramped: World, disk: Path) -> None:
    scene = play.pushed(cramped, play.opened(cramped))
    phone = cramped.phone(MAN.openid)
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    shots = RIGHT.shots(challenge["frame"])
    cramped.clock.tick(shots[-1].t_ms / 1000)
    ballast = disks.fill(disk)
    batches = [shots[at : at + 6] for at in range(0, len(shots), 6)]
    answers = [sent(phone, challenge, batch) for batch in batches]
    assert set(answers) <= {200, 503} and 503 in answers
    assert not healthy(cramped)
    ballast.unlink()
    assert [sent(phone, challenge, batch) for batch in batches] == [200] * len(batches)
    assert play.finish(phone, challenge)["outcome"] == "passed"


def sent(phone: FlaskClient, challenge: dict, shots: list[Shot]) -> int:
    url = f"/mp/v1/challenges/{challenge['challenge_id']}/frames"
    return int(phone.post(url, **multipart(shots)).status_code)


@ON_FILES
def test_a_locked_database_is_503_and_health_says_so(world: World, tmp_path: Path) -> None:
    """Another process holds the write lock for longer than anybody waits."""
    with world.ports.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    with closing(sqlite3.connect(tmp_path / "db.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not healthy(world)
        answer = world.till().post("/v1/verifications", json=purchase(), headers=KEY)
        play.refused(answer, 503, "busy")
        assert answer.headers["Retry-After"]
        other.execute("ROLLBACK")
    assert world.till().post("/v1/verifications", json=purchase(), headers=KEY).status_code == 201
    assert healthy(world)


def test_health_writes_once_in_five_seconds_whoever_asks(world: World) -> None:
    assert healthy(world)
    with closing(sqlite3.connect(world.ports.database.engine.url.database or "")) as file:
        first = file.execute("PRAGMA data_version").fetchone()
        for _ in range(20):
            assert world.app.test_client().get("/healthz").status_code == 200
        assert file.execute("PRAGMA data_version").fetchone() == first
