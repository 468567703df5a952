"""A database of the last release keeps every row on its way to the newest schema and back."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.orm import Session

from models import migrate, tables
from models.base import Base
from models.domain.policy import Policy
from models.domain.provider import Provider
from tests.support.history import HISTORY

# 0009 is the newest migration of 25 November, the state that stood for days and could be installed; 0010 and
# all later ones came on 28 November, after `api` had been split into packages.
RELEASED = "0009"
RENAMED = {"lookup": "guess_tally"}
ADDED_BY_MIGRATIONS = {"write_probe": 1}
Contents = dict[str, list[str]]


@pytest.fixture
def released(url: str) -> Iterator[Engine]:
    """Yield a database of the last release with a row or more in every table."""
    migrate.upgrade(url, RELEASED)
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, (names, rows) in HISTORY.items():
            columns = names.split()
            places = ", ".join(f":{column}" for column in columns)
            insert = text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})")
            connection.execute(insert, [dict(zip(columns, row, strict=True)) for row in rows])
    yield engine
    engine.dispose()


def _contents(engine: Engine, renamed: dict[str, str]) -> Contents:
    """Return what the released columns of every released table hold, in any order of rows."""
    with engine.connect() as connection:
        return {
            table: sorted(
                repr(tuple(row))
                for row in connection.execute(
                    text(f"SELECT {', '.join(names.split())} FROM {renamed.get(table, table)}")
                )
            )
            for table, (names, _) in HISTORY.items()
            if table not in renamed
        }


def _count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_history_fills_every_column_of_every_table(released: Engine) -> None:
    schema = inspect(released)
    assert set(schema.get_table_names()) - {"alembic_version"} == set(HISTORY)
    for table, (names, rows) in HISTORY.items():
        filled = {
            name for row in rows for name, value in zip(names.split(), row, strict=True) if value is not None
        }
        assert filled == {column["name"] for column in schema.get_columns(table)}, table


def test_every_row_survives_the_way_up_unchanged(url: str, released: Engine) -> None:
    before = _contents(released, RENAMED)
    migrate.upgrade(url)
    assert _contents(released, RENAMED) == before
    for table, (_, rows) in HISTORY.items():
        assert _count(released, RENAMED.get(table, table)) == len(rows) > 0, table


def test_every_row_survives_the_way_back_unchanged(url: str, released: Engine) -> None:
    before = _contents(released, {})
    migrate.upgrade(url)
    migrate.downgrade(url, RELEASED)
    assert migrate.current(url) == RELEASED
    assert _contents(released, {}) == before
    assert set(inspect(released).get_table_names()) - {"alembic_version"} == set(HISTORY)


def test_every_migrated_row_loads_as_what_the_models_describe(url: str, released: Engine) -> None:
    migrate.upgrade(url)
    expected = {
        RENAMED.get(table, table): len(rows) for table, (_, rows) in HISTORY.items()
    } | ADDED_BY_MIGRATIONS
    with Session(released) as db:
        loaded = {
            mapper.class_.__tablename__: len(db.scalars(select(mapper.class_)).all())
            for mapper in Base.registry.mappers
        }
        assert loaded == {table: expected.get(table, 0) for table in Base.metadata.tables}
        for row in db.scalars(select(tables.Attempt)):
            row.apply(row.snapshot())
        for version in db.scalars(select(tables.PolicyVersion)):
            assert Policy.from_json(version.document).score_min == 0.41
        assert not any(db.is_modified(row) for row in db)


def _values(db: Session, *columns: Any) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in db.execute(select(*columns))}


def test_new_columns_are_filled_with_what_was_true_before(url: str, released: Engine) -> None:
    migrate.upgrade(url)
    with Session(released) as db:
        institution, appeal, policy = tables.Institution, tables.Appeal, tables.PolicyVersion
        for delivery in db.scalars(select(tables.Delivery)):
            verification = db.get_one(tables.Verification, delivery.verification_id)
            assert delivery.institution_id == verification.institution_id
        accepted = institution.id, institution.qr_provider, institution.push_accepted_by
        assert _values(db, *accepted) == {
            ("ins_1", Provider.OWN, "before 0015"),
            ("ins_2", Provider.WECHAT, None),
        }
        assert _values(db, appeal.drawn, appeal.photos_deleted_at) == {(False, None)}
        assert _values(db, tables.Attempt.brightness) == {(None,)}
        assert _values(db, tables.Capture.lag_ms) == {(None,)}
        assert [(row.told_ms, row.risk) for row in db.scalars(select(tables.Challenge))] == [([], None)] * 2
        assert _values(db, policy.withdrawn_by, policy.withdrawn_at) == {(None, None)}
        tally = tables.GuessTally
        assert _values(db, tally.kind, tally.subject, tally.day, tally.asked, tally.missed) == {
            ("counter", "ins_1/1/2号台", date(2026, 11, 25), 4, 3),
            ("till_code_for", "per_1", date(2026, 11, 25), 2, 2),
            ("phone", "o1", date(2026, 11, 25), 1, 0),
        }
