"""What machines a place needs: the document's tables follow from one measurement."""

import json
import re
from pathlib import Path

import pytest

from scripts.lab.load import __main__ as load
from scripts.lab.load import capacity, spending
from scripts.lab.load.spending import Busy

PAGE = Path(__file__).parents[2] / "docs/architecture/capacity.md"


def documented() -> tuple[capacity.Costs, str]:
    """Return the costs of the page's first table, and both tables as they stand."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| a ")]
    costs = {
        row[0]: dict(zip(capacity.PARTS, map(float, row[2:]), strict=True))
        for row in rows
        if row[0] in capacity.COSTS
    }
    return costs, "\n".join(line for line in text.splitlines() if line.startswith("|"))


def test_the_documents_machines_follow_from_its_costs() -> None:
    costs, tables = documented()
    assert costs.keys() == capacity.COSTS.keys()
    assert capacity.tables(costs).replace("\n\n", "\n") == tables


def test_cores_follow_the_rate_and_the_polls_of_a_check() -> None:
    none = dict.fromkeys(capacity.PARTS, 0.0)
    costs = {
        "a filmed check": none | {"api": 400.0},
        "a purchase opened": none,
        "a poll": none | {"api": 10.0},
    }
    assert capacity.cores(costs, 20.0) == none | {"api": 10.0}
    rows = [line for line in capacity.tables(costs).splitlines() if line.startswith("| a city")]
    assert re.split(r" \| ", rows[0])[1:4] == ["30", "15.0", "25"]


def test_a_report_is_printed_as_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    costs = {kind: {"all": 12.0, "api": 10.04, "matcher": -0.3} for kind in capacity.COSTS.values()}
    (tmp_path / "load.json").write_text(json.dumps({"cpu_ms": costs}), encoding="utf-8")
    load.main(["--capacity", str(tmp_path / "load.json")])
    assert "| a poll | 10.0 | 10.0 | 0.0 |" in capsys.readouterr().out


def test_a_part_that_used_less_than_idle_makes_no_other_cheaper() -> None:
    used = Busy({"api-1": 0.2, "api-2": 0.2, "worker-1": 0.01}, requests=100, took_s=10.0)
    idle = {"api-1": 0.0, "api-2": 0.1, "worker-1": 0.05}
    assert used.each(idle) == {"all": 30.0, "api": 30.0, "worker": 0.0}


def test_the_yardstick_is_not_moved_by_a_disturbed_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    took = iter([60.0, 900.0, 61.0, 59.0, 850.0, 60.5, 62.0])
    monkeypatch.setattr(spending, "_turned", lambda: next(took))
    assert spending.yardstick_ms() == 61.0 and next(took, None) is None
