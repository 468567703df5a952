"""Transactions: joined, undone, remembered, one writer at a time."""

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from models import migrate, tables
from models.database import Database
from models.domain.errors import Conflict
from models.domain.identity.guess import GuessKind
from tests.support.postgres import Postgres

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def database(url: str):
    migrate.upgrade(url)
    made = Database(url)
    yield made
    made.dispose()


KEY = (GuessKind.COUNTER, "a", NOW.date())


def tally(counter: str) -> tables.GuessTally:
    return tables.GuessTally(kind=GuessKind.COUNTER, subject=counter, day=NOW.date(), asked=1, missed=0)


def count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(text("SELECT count(*) FROM guess_tally")) or 0


def test_an_error_undoes_everything(database: Database) -> None:
    with pytest.raises(Conflict), database.transaction() as db:
        db.add(tally("a"))
        raise Conflict
    assert count(database) == 0


def test_a_refusal_with_remember_keeps_its_changes(database: Database) -> None:
    refusal = Conflict()
    refusal.remember = True
    with pytest.raises(Conflict), database.transaction() as db:
        db.add(tally("a"))
        raise refusal
    assert count(database) == 1


def test_an_action_given_a_joined_database_is_part_of_the_transaction(database: Database) -> None:
    with pytest.raises(Conflict), database.transaction() as db:
        with database.joined(db).transaction() as inner:
            inner.add(tally("a"))
        with database.joined(db).reading() as inner:
            assert inner.get(tables.GuessTally, KEY) is not None
        raise Conflict
    assert count(database) == 0


def test_a_second_session_inside_an_open_one_is_an_error(database: Database) -> None:
    for outer in (database.transaction, database.reading):
        for inner in (database.transaction, database.reading):
            with outer(), pytest.raises(RuntimeError), inner():
                raise AssertionError("it was opened")
    assert count(database) == 0


def test_changes_in_a_reading_session_are_discarded(database: Database) -> None:
    with database.reading() as db:
        db.add(tally("a"))
        db.flush()
    assert count(database) == 0


def test_writers_take_turns_and_lose_nothing(database: Database) -> None:
    with database.transaction() as db:
        db.add(tally("a"))

    def add() -> None:
        for _ in range(20):
            with database.transaction() as db:
                row = db.get_one(tables.GuessTally, KEY, with_for_update=True)
                row.asked += 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as db:
        assert db.get_one(tables.GuessTally, KEY).asked == 81


def in_number(database: Database, theirs: str) -> int:
    with database.reading() as db:
        return db.scalar(text(f"SELECT count(*) {theirs}")) or 0


@pytest.mark.postgres
def test_a_connection_that_was_closed_meanwhile_is_replaced(postgres: Postgres) -> None:
    with postgres.database() as url:
        database, other = Database(url), Database(url)
        theirs = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        for end in ("server", "client"):
            with database.reading() as db:
                connection: Any = db.connection().connection.driver_connection
            if end == "client":
                connection.close()
            with other.transaction() as db:
                db.execute(text(f"SELECT pg_terminate_backend(pid) {theirs}"))
            while in_number(other, theirs):
                time.sleep(0.01)
            with database.kept().reading() as db:
                assert db.scalar(text("SELECT 1")) == 1
            with database.transaction() as db:
                assert db.scalar(text("SELECT 1")) == 1
        database.dispose()
        other.dispose()


def test_instants_come_back_with_their_zone(database: Database) -> None:
    with database.transaction() as db:
        db.add(tables.ProviderToken(appid="a", token=None, expires_at=NOW, fetching_until=None))
    with database.reading() as db:
        found = db.get_one(tables.ProviderToken, "a").expires_at
    assert found == NOW and found.utcoffset() is not None
