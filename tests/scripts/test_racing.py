"""Expiry and success at the same instant: one of them wins, whole, on either engine."""

from pathlib import Path

import pytest

from api.admin.institutions import add_sandbox
from scripts.lab.faults.racing import race
from scripts.lab.growth.probes import install
from tests.support.postgres import Postgres

ROUNDS = 12


def raced(folder: Path, url: str) -> None:
    made = install(folder, url)
    sandbox = add_sandbox(made.ports, "赛跑药房（沙箱）")
    found = race(made.ports, sandbox.institution_id, ROUNDS)
    made.ports.database.dispose()
    assert found.wrong == []
    assert found.passed + found.expired == ROUNDS


def test_one_of_expiry_and_success_wins_on_sqlite(tmp_path: Path) -> None:
    raced(tmp_path, f"sqlite:///{tmp_path / 'db.sqlite'}")


@pytest.mark.postgres
def test_one_of_expiry_and_success_wins_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url:
        raced(tmp_path, url)
