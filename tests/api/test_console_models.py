"""The move to another model set at the console and by command."""

import json
from datetime import timedelta

import pytest

from api.policies import versions
from api.releases import migrating, moving
from models import tables
from models.domain.console.operator import Role
from models.domain.release.stages import Stage
from scripts import __main__ as yibao
from scripts.admin import setting
from tests.support.console import Colleague, colleague, token
from tests.support.world import World

SCORES = {"score_min": "0.5", "raw_score_min": "0.5", "raw_score_min_old": "0.55", "cohort_margin": "0.05"}
BUDGET = {"passes": "20", "yuan": "100"}


@pytest.fixture
def office(world: World) -> tuple[World, Colleague, Colleague]:
    """Return an installation with two operators who are signed in."""
    people = [colleague(world, name, Role.OPERATOR) for name in ("li", "wang")]
    for one in people:
        assert one.sign_in().status_code == 303
    return world, people[0], people[1]


def embedded(world: World) -> None:
    (row,) = migrating.history(world.ports)
    for _ in range(5):
        world.clock.tick(1)
        moving.run(world.ports, row.id)


def full(world: World, release_id: str) -> None:
    """Let a release reach everybody, more than a week ago."""
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Release, release_id)
        versions.approve(world.ports.within(db), row.version, approver="opr_wang")
        row.stage, row.staged_at = Stage.FULL, world.ports.now() - timedelta(days=8)


def test_two_operators_move_an_installation_to_another_model(office) -> None:
    world, li, wang = office
    assert "现行模型：<b>sface</b>" in li.get("/console/models")
    assert li.post("/console/models", model_set="dlib", per_minute="600").status_code == 303
    (row,) = migrating.history(world.ports)
    path = f"/console/models/{row.id}"
    page = li.get("/console/models")
    assert 'max="3" value="0"' in page and "两套模板并用" in page and "提议用新模型判定" not in page
    form = SCORES | BUDGET | {"reason": "<b>新模型</b>"}
    assert li.post(f"{path}/release", **form).status_code == 409
    assert li.post(f"{path}/destroy").status_code == 409
    embedded(world)
    assert "3 / 3" in (page := li.get("/console/models")) and "提议用新模型判定" in page
    assert li.post(f"{path}/pace", per_minute="30").status_code == 303
    assert li.post(f"{path}/release", **(form | {"score_min": "NaN"})).status_code == 422
    proposed = li.post(f"{path}/release", **form).headers["Location"]
    shown = li.client.get(proposed)
    assert shown.status_code == 200 and "&lt;b&gt;新模型" in shown.get_data(as_text=True)
    release_id = proposed.rsplit("/", 1)[1]
    full(world, release_id)
    assert li.post(f"{path}/destroy").status_code == 303
    assert "批准销毁旧模板" not in li.get("/console/models")
    assert li.post(f"{path}/confirm").status_code == 409
    assert "批准销毁旧模板" in wang.get("/console/models")
    assert [wang.post(f"{path}/confirm").status_code for _ in range(2)] == [303, 409]
    embedded(world)
    assert "sface 的模板 3 份，只有它的人 0 位" in li.get("/console/models")
    assert "不能再退回" in li.get(f"/console/releases/{release_id}")


def test_nonsense_is_refused_with_a_word_and_begins_nothing(office) -> None:
    world, li, _ = office
    for wrong, status in (
        ({"model_set": "dlib", "per_minute": "1e3"}, 400), ({"model_set": "dlib", "per_minute": "0"}, 422),
        ({"model_set": "<b>", "per_minute": "60"}, 422), ({"model_set": "sface", "per_minute": "60"}, 422),
        ({"per_minute": "60"}, 422),
    ):  # fmt: skip
        assert li.post("/console/models", **wrong).status_code == status, wrong
    for gone in ("pace", "confirm", "abandon", "release", "nothing"):
        assert li.post(f"/console/models/mig_none/{gone}", per_minute="60", **BUDGET).status_code == 404
    auditor = colleague(world, "audit", Role.AUDITOR)
    assert auditor.sign_in().status_code == 303 and "开始迁移" not in auditor.get("/console/models")
    assert auditor.post("/console/models", model_set="dlib", per_minute="60").status_code == 403
    assert not migrating.history(world.ports)


def test_the_command_begins_shows_and_abandons_a_move(
    installed: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports(), "operator", Role.OPERATOR))

    def told(*words: str) -> str:
        yibao.main(["models", *words])
        return capsys.readouterr().out

    assert "两套" not in told("show")
    told("begin", "dlib", "--per-minute", "600")
    (row,) = migrating.history(installed.ports)
    told("pace", row.id, "300")
    shown = json.loads(told("show", "--json"))
    assert (shown["model_set"], shown["moves"][0]["photos"], shown["moves"][0]["per_minute"]) == (
        "sface",
        3,
        300,
    )
    with pytest.raises(SystemExit) as end:
        told("begin", "dlib")
    assert str(end.value.code).startswith("migration_open")
    told("abandon", row.id)
    assert json.loads(told("show", "--json"))["moves"][0]["state"] == "abandoning"
