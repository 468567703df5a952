"""The impact assessment: recorded by an account, in force for a year, and asked for by production's start."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from sqlalchemy import select

from api import sweeper
from api.acts import checking, ledger
from api.admin import assessing
from api.app import create_app
from api.law import assessments
from api.law.assessments import NotAssessed
from api.settings import Profile
from models import tables
from models.domain.console.operator import Role
from models.domain.errors import Conflict, Invalid
from models.domain.law.assessment import ALWAYS, Purpose, holds, written
from scripts import __main__ as yibao
from scripts.admin import setting
from tests.support import console
from tests.support.world import World

YEAR = timedelta(days=365)
REPORT = b"%PDF-1.7 an assessment"
DIGEST = sha256(REPORT).hexdigest()


def production(world: World) -> World:
    settings = world.ports.settings.model_copy(update={"profile": Profile.PRODUCTION})
    return replace(world, ports=replace(world.ports, settings=settings))


@pytest.mark.parametrize(
    ("digest", "purposes", "names"),
    [
        ("ab", [*ALWAYS], "SHA-256"),
        (DIGEST, [*ALWAYS, "sales"], "sales"),
        (DIGEST, ["verification"], "family"),
    ],
)
def test_a_record_that_cannot_be_is_refused(digest: str, purposes: list[str], names: str) -> None:
    with pytest.raises(Invalid, match=names):
        written(digest, purposes)


def test_an_assessment_holds_from_its_date_for_a_year(world: World) -> None:
    at = world.ports.now()
    assert [holds(at, at + passed) for passed in (-timedelta(seconds=1), timedelta(0), YEAR)] == [
        False, True, False,
    ]  # fmt: skip


def test_production_starts_with_one_of_the_last_year_only(world: World) -> None:
    real = production(world)
    assessments.hold_start(world.ports)  # a demo needs none
    with pytest.raises(NotAssessed, match="yibao assessment record"):
        assessments.hold_start(real.ports)
    assessing.write_down(real.ports, "opr_1", DIGEST, ALWAYS)
    assessments.hold_start(real.ports)
    world.clock.tick(YEAR.total_seconds())
    with pytest.raises(NotAssessed):
        assessments.hold_start(real.ports)


@pytest.fixture
def _logs() -> Iterator[None]:
    """Put the log back as it was: processes configure it when they start."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("_logs", "installed")
@pytest.mark.parametrize("start", [create_app, sweeper.main])
def test_no_process_of_production_starts_without(
    start: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"PROFILE": "production", "BASE_URL": "https://yibao.example.org"}
    given |= {"WECHAT_CALLBACK_TOKEN": "token", "WECHAT_CALLBACK_AES_KEY": "a" * 43}
    given |= {"PROCESSOR": "某市医保局", "PROCESSOR_CONTACT": "12393"}
    given |= {"ARCHIVE_URL": "https://archive.example.org/yibao"}
    given |= {"MATCHER_URL": "http://127.0.0.1:9", "MATCHER_SECRET": "m" * 32}
    for name, value in given.items():
        monkeypatch.setenv(f"YIBAO_{name}", value)
    with pytest.raises(NotAssessed, match="yibao assessment record"):
        start()


def test_only_what_the_newest_names_may_be_done(world: World) -> None:
    now = world.ports.now
    assessing.write_down(world.ports, "opr_1", DIGEST, [*ALWAYS, Purpose.STRANGERS])
    with world.ports.database.reading() as db:
        assessments.hold(db, now(), Purpose.STRANGERS)
        with pytest.raises(Conflict) as refused:
            assessments.hold(db, now(), Purpose.ABUSE)
    assert refused.value.code == "not_assessed"
    world.clock.tick(1)
    assessing.write_down(world.ports, "opr_1", DIGEST, ALWAYS)
    with world.ports.database.reading() as db, pytest.raises(Conflict):
        assessments.hold(db, now(), Purpose.STRANGERS)


def test_an_administrators_account_records_it_and_that_is_an_act(installed: World, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(REPORT)
    words = ["assessment", "record", str(tmp_path / "report.pdf"), "--also", "abuse"]
    run = CliRunner().invoke
    assert "sign in first" in run(yibao.yibao, words).output
    who = console.token(setting.ports())
    assert "forbidden" in run(yibao.yibao, [*words, "--token", who]).output
    with installed.ports.database.transaction() as db:
        db.scalars(select(tables.Operator)).one().role = Role.ADMINISTRATOR
    assert run(yibao.yibao, [*words, "--token", who]).exit_code == 0
    (listed,) = json.loads(run(yibao.yibao, ["assessment", "list", "--json"]).output)
    assert listed["document_sha256"] == DIGEST
    assert listed["purposes"] == ["verification", "family", "background", "abuse"]
    with installed.ports.database.reading() as db:
        act = ledger.newest(db, most=1)[0]
    assert (act.kind, act.subject) == ("assessment.recorded", listed["assessment_id"])
    assert checking.check(installed.ports).is_whole
