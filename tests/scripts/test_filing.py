"""The papers of a filing: made from what the installation does and holds."""

import csv
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from api.admin import assessing
from api.filing import counting, kept, papers, writing
from models import tables
from models.domain import notice, retention
from models.domain.console.operator import Role
from models.domain.law.assessment import ALWAYS, Purpose
from scripts import __main__ as yibao
from scripts.admin import setting
from tests.support import console
from tests.support.world import MAN, SECRET, World

DIGEST = hashlib.sha256(b"report").hexdigest()


def table(file: Path) -> list[list[str]]:
    return [*csv.reader(file.read_text(encoding="utf-8-sig").splitlines())]


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    assessing.write_down(world.ports, "opr_1", DIGEST, [*ALWAYS, Purpose.ABUSE])
    writing.write(world.ports, tmp_path / "filing", assessing.history(world.ports))
    return tmp_path / "filing"


def test_the_papers_say_what_is_stored_and_assessed_now(world: World, folder: Path) -> None:
    stored = {row[0]: row[1] for row in table(folder / "03-存储数量.csv")}
    assert stored["存储人脸信息的人数"] == "3" and stored["参保人"] == "5"
    assert DIGEST in table(folder / "05-影响评估.csv")[1]
    purposes = (folder / "02-处理目的和方式.md").read_text(encoding="utf-8")
    assert f"{papers.PURPOSES[Purpose.ABUSE]} | 已评估" in purposes
    assert f"{papers.PURPOSES[Purpose.STRANGERS]} | 未启用" in purposes
    told = (folder / "04-告知书.md").read_text(encoding="utf-8")
    assert all(version in told for version in notice.IN_FORCE.values())
    assert "未达到备案数量" in (folder / "00-目录.md").read_text(encoding="utf-8")


def test_a_held_photo_counts_as_a_stored_face_and_a_revoked_one_does_not(world: World) -> None:
    with world.ports.database.transaction() as db:
        before = counting.faces(db)
        db.scalars(select(tables.Enrolment)).first().revoked_at = world.ports.now()
        db.flush()
        assert counting.faces(db) == before - 1


def test_every_file_is_listed_with_its_digest_and_none_names_anybody(folder: Path) -> None:
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    files = {one.name: one.read_bytes() for one in folder.iterdir() if one.name != "SHA256SUMS"}
    assert sums == {name: hashlib.sha256(text).hexdigest() for name, text in files.items()}
    listed = files["00-目录.md"].decode()
    assert all(name in listed for name, _ in papers.PAPERS)
    for secret in (MAN.name, MAN.id_number, MAN.openid, SECRET):
        assert not [name for name, text in files.items() if secret.encode() in text]


def test_the_retention_table_knows_every_period_of_the_code() -> None:
    shown = " ".join(" ".join(row) for row in kept.periods())
    for name, period in vars(retention).items():
        if isinstance(period, timedelta):
            assert kept.said(period) in shown, name


def test_an_account_that_records_assessments_writes_it_once(installed: World, tmp_path: Path) -> None:
    words = ["filing", str(tmp_path / "made")]
    run = CliRunner().invoke
    assert "sign in first" in run(yibao.yibao, words).output
    who = console.token(setting.ports())
    with installed.ports.database.transaction() as db:
        db.scalars(select(tables.Operator)).one().role = Role.ADMINISTRATOR
    done = run(yibao.yibao, [*words, "--token", who])
    assert done.exit_code == 0 and "08-安全措施.csv" in done.output
    assert "exists already" in run(yibao.yibao, [*words, "--token", who]).output
