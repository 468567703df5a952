"""Eight processes that start together without a token fetch one in total."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.messaging.wechat_tokens import DatabaseTokens
from models import migrate, tables
from models.database import Database
from models.vault import Vault
from tests.support.cold import KEYS
from tests.support.postgres import Postgres
from tests.support.simulated import Simulator

PROCESSES, CALLS = 8, 25


def test_eight_processes_fetch_one_token(simulator: Simulator, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tokens.sqlite'}"
    migrate.upgrade(url)
    tokens = simulator.calls("/cgi-bin/stable_token")
    command = [sys.executable, "-m", "tests.support.cold", url, simulator.url, str(CALLS)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(process.communicate(timeout=120)[0], process.returncode) for process in running]
    assert ended == [(f"{CALLS}\n", 0)] * PROCESSES
    assert simulator.calls("/cgi-bin/stable_token") == tokens + 1


@pytest.mark.postgres
def test_the_first_token_is_awaited_by_whoever_lost_the_race_for_its_row(postgres: Postgres) -> None:
    """An installation's first message was lost by it: the job failed before it had called WeChat."""
    now = datetime(2026, 11, 29, tzinfo=UTC)
    vault = Vault(KEYS, b"i" * 32)
    with postgres.database() as url, ThreadPoolExecutor(1) as other:
        database = Database(url)
        tables.Base.metadata.create_all(database.engine, [tables.Base.metadata.tables["provider_token"]])
        with database.transaction() as db:
            place = "provider_token.token:wx"
            row = tables.ProviderToken(
                appid="wx", token=vault.seal(place, "first"), expires_at=now + timedelta(hours=2)
            )
            db.add(row)
            db.flush()
            late = other.submit(DatabaseTokens(database, vault, lambda: now).refresh, "wx", None, pytest.fail)
            blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not db.scalar(blocked):
                assert not late.done()
        assert late.result() == "first"
        database.dispose()
