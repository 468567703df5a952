"""No route and no sweep grows with half a year of purchases, on either engine; no plan reads a table."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from scripts import growth
from scripts.lab.growth import pages
from scripts.lab.growth.__main__ import LITTLE, RATIO, database, quiet


@pytest.mark.postgres
def test_nothing_slows_with_five_thousand_people_and_twenty_thousand_purchases(tmp_path: Path) -> None:
    growth.main(["--persons", "5000", "--verifications", "20000", "--out", str(tmp_path)])
    report = json.loads((tmp_path / "growth.json").read_text(encoding="utf-8"))
    assert report.pop("worst_ratio") <= RATIO
    assert set(report) == {"sqlite", "postgresql"}
    for rows in report.values():
        assert {"POST /v1/verifications", "due", "feed", "retention", "anchors", "orphans"} <= set(rows)
        for name, one in rows.items():
            assert one["ratio"] <= RATIO or one["full"] <= LITTLE[one["unit"]], name
            assert one["scans"] == [], name


@pytest.mark.postgres
def test_every_page_of_the_console_finds_its_rows_by_an_index(tmp_path: Path) -> None:
    """PostgreSQL is forbidden to read small tables whole, so that a page without an index shows."""
    with database("postgresql", tmp_path) as url, quiet():
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER DATABASE postgres SET enable_seqscan = off"))
        engine.dispose()
        rows = pages.measure(tmp_path, url, 400, few=0)
    assert len(rows) > 100
    assert {name: one["scans"] for name, one in rows.items() if one["scans"]} == {}
    assert max(one["statements"] for one in rows.values()) <= pages.STATEMENTS
