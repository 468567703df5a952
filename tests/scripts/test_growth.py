"""No route and no sweep grows with half a year of purchases, on either engine; no plan reads a table."""

import json
from pathlib import Path

import pytest

from scripts import growth
from scripts.lab.growth.__main__ import LITTLE, RATIO


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
