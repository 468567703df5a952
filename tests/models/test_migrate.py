"""The migrations make exactly the tables the models describe, and unmake them again."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from models import migrate, tables
from models.base import Base
from models.migrate import HERE, SchemaBehind

BEFORE_TALLIES = "0011"
REVISIONS = [one.revision for one in ScriptDirectory(str(HERE)).walk_revisions("base", "heads")][::-1]


def test_the_head_is_what_the_models_say(url: str) -> None:
    migrate.upgrade(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
    assert tables.Verification.__tablename__ in Base.metadata.tables


def test_every_migration_goes_up_and_down(url: str) -> None:
    for revision in REVISIONS:
        migrate.upgrade(url, revision)
        assert migrate.current(url) == revision
        migrate.downgrade(url, "-1")
        migrate.upgrade(url, revision)
    migrate.downgrade(url, "base")
    assert migrate.current(url) is None
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_revisions_are_numbered_in_order() -> None:
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert sorted(file.name[:4] for file in (HERE / "versions").glob("[0-9]*.py")) == REVISIONS


def test_a_database_that_is_behind_is_refused(url: str) -> None:
    with pytest.raises(SchemaBehind, match="needs"):
        migrate.check(url)
    migrate.upgrade(url)
    migrate.check(url)


@pytest.mark.parametrize(("ahead", "is_taken"), [(1, True), (2, False)])
def test_a_program_takes_a_schema_one_revision_ahead_and_no_further(
    url: str, ahead: int, is_taken: bool
) -> None:
    """Old processes serve on while the new release expands the schema, and start again on it."""
    migrate.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        newer = f"{int(REVISIONS[-1]) + ahead:04d}"
        connection.execute(text("UPDATE alembic_version SET version_num = :newer"), {"newer": newer})
    engine.dispose()
    if is_taken:
        migrate.check(url)
        return
    with pytest.raises(SchemaBehind, match=newer):
        migrate.check(url)


def test_processes_that_start_together_migrate_one_after_the_other(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate.upgrade, [url] * 4))
    assert migrate.current(url) == REVISIONS[-1]


def test_a_file_is_migrated_into_the_journal_that_readers_need(tmp_path: Path) -> None:
    file = tmp_path / "fresh.sqlite"
    migrate.upgrade(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="in memory"):
        migrate.upgrade("sqlite:///:memory:")


def test_guesses_of_the_day_are_counted_on_under_their_kind(url: str) -> None:
    migrate.upgrade(url, BEFORE_TALLIES)
    engine = create_engine(url)
    counted = [
        ("ins_1", "1号台"),
        ("phone", "a1"),
        ("till_code", "a1"),
        ("till_code", "per_1"),
        ("staff_code", "a1"),
    ]
    with engine.begin() as connection:
        for place, counter in counted:
            row = {"place": place, "counter": counter}
            connection.execute(
                text("INSERT INTO lookup VALUES (:place, :counter, '2026-11-28', 4, 3)").bindparams(**row)
            )
    migrate.upgrade(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT kind, subject, asked, missed FROM guess_tally")).all()
    engine.dispose()
    assert {tuple(row) for row in found} == {
        ("counter", "ins_1/1号台", 4, 3),
        ("phone", "a1", 4, 3),
        ("till_code_by", "a1", 4, 3),
        ("till_code_for", "per_1", 4, 3),
        ("staff_code", "a1", 4, 3),
    }
