"""Workbooks of any cells and columns, and how little an import holds at once."""

import io
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from sqlalchemy import event
from sqlalchemy.orm import Session

from api.admin import import_words, sheets
from api.admin.importing import BATCH, Import
from api.admin.photo_folder import PhotoFolder
from models.domain.errors import Invalid
from scripts.admin.enrol import LINKS, PEOPLE
from tests.scripts.test_import import HEADER, A, B, everything
from tests.support.world import MAN, WIFE, World, number

TEXT = st.text(max_size=30).map(lambda text: ILLEGAL_CHARACTERS_RE.sub("", text))
CELL = st.one_of(
    st.sampled_from([A, B, WIFE.id_number, MAN.id_number, "王秀英", "single_face.jpg", "", "01", "=1+1"]),
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(9999, 12, 31)),
    st.datetimes().filter(lambda at: at.year >= 1901),
    st.just(time(12, 30)),
    TEXT,
)
TITLE = st.one_of(st.just([]), st.lists(TEXT, max_size=3))


def workbook(rows: list[list[Any]]) -> bytes:
    book, file = Workbook(write_only=True), io.BytesIO()
    page = book.create_sheet()
    for row in rows:
        page.append(row)
    book.save(file)
    return file.getvalue()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=TITLE,
    header=st.one_of(st.just(list(PEOPLE)), st.permutations(PEOPLE), HEADER),
    rows=st.lists(st.lists(CELL, max_size=9), max_size=6),
)
def test_whatever_a_workbook_holds_every_row_has_a_verdict(
    world: World, tmp_path: Path, title: list[str], header: list[str], rows: list[list[Any]]
) -> None:
    file = tmp_path / "any.xlsx"
    file.write_bytes(workbook([title, header, *rows]))
    folder = PhotoFolder(tmp_path)
    try:
        read = sheets.read(file, PEOPLE)
    except Invalid as refusal:
        assert refusal.code == "file_unreadable" and refusal.detail
        return
    first = Import(world.ports, folder).people(read)
    assert [one.row for one in first] == [row.number for row in read.rows]
    assert all(str(one.code) in import_words.SAY and import_words.told(one)["结论"] for one in first)
    before = everything(world)
    again = Import(world.ports, folder).people(read)
    assert everything(world) == before
    assert [one.code for one in again] == [one.code for one in first]


@pytest.mark.parametrize("missing", ["name", "id_number"])
def test_a_missing_column_is_named_in_every_row(world: World, tmp_path: Path, missing: str) -> None:
    columns = [one for one in PEOPLE if one != missing]
    (tmp_path / "p.csv").write_text(",".join(columns) + "\n" + "赵一,x,x,x,x,x\n" * 3, encoding="utf-8")
    verdicts = Import(world.ports, PhotoFolder(tmp_path)).people(sheets.read(tmp_path / "p.csv", PEOPLE))
    assert [(one.code, one.column) for one in verdicts] == [("column_missing", missing)] * 3


def test_a_doubled_column_is_refused_only_where_it_contradicts_itself(world: World, tmp_path: Path) -> None:
    rows = ("姓名,证件号,身份证号", f"赵一,{A},{A}", f"钱二,{B},{A}", f"孙三,,{B}")
    (tmp_path / "p.csv").write_text("\n".join(rows), encoding="utf-8")
    verdicts = Import(world.ports, PhotoFolder(tmp_path)).people(sheets.read(tmp_path / "p.csv", PEOPLE))
    assert [one.code for one in verdicts] == ["none", "column_doubled", "none"]


@pytest.fixture
def many(tmp_path: Path) -> Callable[[World, int], list[str]]:
    """Import so many people and as many ties; return the verdicts' codes."""

    def brought(world: World, count: int) -> list[str]:
        numbers = [number(f"33010619{50 + at // 300}0101{at % 300 + 100}") for at in range(count)]
        rows = [f"赵{chr(0x4E00 + at)},,{one},,,,o-{one}" for at, one in enumerate(numbers)]
        (tmp_path / "p.csv").write_text("\n".join([",".join(PEOPLE), *rows]), encoding="utf-8")
        ties = [f"{MAN.id_number},,{one},,family_share,子女" for one in numbers]
        (tmp_path / "l.csv").write_text("\n".join([",".join(LINKS), *ties]), encoding="utf-8")
        run = Import(world.ports, PhotoFolder(tmp_path))
        verdicts = run.people(sheets.read(tmp_path / "p.csv", PEOPLE))
        verdicts += run.links(sheets.read(tmp_path / "l.csv", LINKS))
        return [str(one.code) for one in verdicts]

    return brought


Many = Callable[[World, int], list[str]]


def test_a_till_never_waits_for_more_than_one_batch(world: World, many: Many) -> None:
    """SQLite has one writer: what an import writes in one transaction is what a till may wait for."""
    at_once: list[int] = []

    def count(session: Session, *_: object) -> None:
        session.info["new"] = session.info.get("new", 0) + len(session.new)
        at_once.append(session.info["new"])

    event.listen(Session, "before_flush", count)
    try:
        assert many(world, 600) == ["none"] * 600 + ["linked"] * 600
    finally:
        event.remove(Session, "before_flush", count)
    # Somebody new is a person and a binding.
    assert 0 < max(at_once) <= 2 * BATCH


def test_a_second_run_asks_by_batches_and_not_by_rows(world: World, many: Many) -> None:
    many(world, BATCH)
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(world.ports.database.engine, "before_cursor_execute", count)
    assert many(world, BATCH) == ["none"] * BATCH + ["linked"] * BATCH
    assert 0 < len(statements) < 30
