"""Thresholds at the console: rates, what-if, proposal, approval, rollback."""

import re
from dataclasses import replace

import pytest

from api.jobs import work
from api.jobs.due import due
from api.policies import versions
from api.releases import actions, guarding
from models import tables
from models.domain.console.operator import Role
from models.domain.policy import Policy
from models.domain.release.stages import Stage
from tests.support.console import Colleague, colleague
from tests.support.decisions import Try, write
from tests.support.world import World

NOW = Policy()


@pytest.fixture
def office(world: World) -> tuple[World, Colleague, Colleague]:
    """Return an installation with a hundred decisions and two operators."""
    version = versions.enact(world.ports, NOW, author="installation", approver="installation")
    person = world.ids[next(iter(world.ids))]
    policy = replace(NOW, version=version)
    scores = [(0.40 + n % 30 / 100, 0.1 + n % 45 / 100) for n in range(100)]
    write(world, [Try(policy, *one, person_id=person) for one in scores])
    people = [colleague(world, name, Role.OPERATOR) for name in ("li", "wang")]
    for one in people:
        assert one.sign_in().status_code == 303
    return world, people[0], people[1]


def tried_out(one: Colleague, **form: str) -> str:
    """Ask for a trial, let the worker calculate it, and return the page that the form leads to."""
    path = one.post("/console/what-if", **form).headers["Location"]
    assert "正在计算" in one.get(path)
    for job in due(one.world.ports):
        work.run(one.world.ports, job)
    return one.get(path)


def fresh(one: Colleague) -> None:
    one.post("/console/code", code=one.code(), after="/console/releases")


def test_the_workbench_shows_regions_bands_and_tables_and_reading_is_an_act(office) -> None:
    world, li, _ = office
    shown = li.get("/console/thresholds?days=7")
    assert "各阈值下的错误率" in shown and shown.count("<svg") == 3 and "95% 区间" in shown
    assert "已证实是本人的" in shown and "0.46（现行）" in shown
    assert not re.search(r'\sstyle="', shown)
    csv = li.client.get("/console/thresholds.csv?days=7")
    assert csv.mimetype == "text/csv" and csv.text.count("\n") == 14
    assert li.client.get("/console/thresholds/scores.csv?days=7").text.startswith("score_from,")
    with world.ports.database.reading() as db:
        assert db.query(tables.Act).filter_by(kind="figures.read").count() == 3


@pytest.mark.parametrize("group", ["sex=nobody", "age_band='; drop table", "report=x", "district="])
def test_any_group_may_be_asked_for(office, group: str) -> None:
    _, li, _ = office
    assert "阈值与错误率" in li.client.get("/console/thresholds", query_string={"group": group}).text


def test_a_trial_shows_who_flips_and_a_proposal_takes_another_to_approve(office) -> None:
    world, li, wang = office
    shown = tried_out(li, days="7", score_min="0.44", cohort_margin="0.0")
    assert "由拒改为通过" in shown and "提议发布这些改动" in shown and "不像本人 → 通过" in shown
    table = li.client.get("/console/what-if.csv?days=7&score_min=0.44&cohort_margin=0.0").text
    assert "reason,,passed,not_matched,ok," in table
    every = li.client.get("/console/what-if/decisions.csv?days=7&score_min=0.44&cohort_margin=0.0").text
    assert (
        len(re.findall(r"^chl_\w+,passed,not_matched,ok,5000,[01],", every, re.M))
        == every.count("\n") - 1
        > 5
    )
    form = {"score_min": "0.44", "reason": "<b>老人多被拒</b>", "passes": "40", "yuan": "5000"}
    answer = li.post("/console/releases", **form)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    assert li.post("/console/releases", **form).status_code == 409
    assert ",proposed,,,li,," in li.client.get("/console/releases.csv").text
    assert "待批准" in li.get(path) and "批准：从影子运行开始" not in li.get(path)
    assert "&lt;b&gt;" in li.client.get(path).text
    fresh(li)
    fresh(wang)
    assert li.post(f"{path}/approve").status_code == 409
    assert "批准：从影子运行开始" in wang.get(path)
    assert wang.post(f"{path}/approve").status_code == 303
    assert wang.post(f"{path}/approve").status_code == 409
    guarding.watch(world.ports)
    assert "影子运行" in wang.get(path) and "守护数据" in wang.get(path)
    assert li.post(f"{path}/burn", reason="不用了").status_code == 404
    assert li.post(f"{path}/back", reason="不用了").status_code == 303
    assert "由运营员退回" in li.get(path)
    assert [row.stage for row in actions.history(world.ports)] == [Stage.ROLLED_BACK]


def test_approving_asks_for_a_fresh_code(office) -> None:
    _, li, wang = office
    form = {"score_min": "0.48", "reason": "x", "passes": "20", "yuan": "100"}
    path = li.post("/console/releases", **form).headers["Location"]
    wang.world.clock.tick(600)
    assert "/console/code" in wang.post(f"{path}/approve").headers["Location"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"score_min": "NaN"}, 422), ({"score_min": "1e9"}, 422), ({"score_min": "[1]"}, 422), ({}, 422),
        ({"score_min": "0.48", "passes": "-1"}, 422), ({"score_min": "0.48", "yuan": "1e3"}, 400),
        ({"score_min": "0.48", "reason": " "}, 422), ({"no_such": "1"}, 422),
    ],
)  # fmt: skip
def test_an_impossible_value_is_refused_with_its_code(office, wrong: dict, status: int) -> None:
    world, li, _ = office
    answer = li.post("/console/releases", **({"reason": "x", "passes": "20", "yuan": "100"} | wrong))
    assert answer.status_code == status and 'role="alert"' in answer.text
    assert actions.history(world.ports) == []


@pytest.mark.parametrize(
    "query", ["score_min=abc", "score_min=NaN", "days=9e9", "score_min=1e9", "pad_required=1"]
)
def test_a_trial_of_nonsense_is_refused_or_ignored(office, query: str) -> None:
    _, li, _ = office
    assert li.client.get(f"/console/what-if?{query}").status_code in (200, 422)
    form = dict([query.split("=")])
    assert li.post("/console/what-if", **form).status_code in (303, 422)
    assert li.client.get(f"/console/what-if.csv?{query}").status_code in (404, 422)


def test_an_auditor_reads_and_changes_nothing(office) -> None:
    world, _, _ = office
    auditor = colleague(world, "zhao", Role.AUDITOR)
    assert auditor.sign_in().status_code == 303
    assert "提议发布这些改动" not in tried_out(auditor, score_min="0.44")
    assert auditor.post("/console/releases", score_min="0.48").status_code == 403


def test_a_trial_lists_known_beside_unknown_groups(office) -> None:
    world, li, _ = office
    with world.ports.database.transaction() as db:
        for fact in db.query(tables.DecisionFact).limit(50):
            fact.sex = None
    shown = tried_out(li, days="7", score_min="0.44", cohort_margin="0.0")
    groups = set(re.findall(r"<td>((?:性别|年龄段) [^<]+)</td>", shown))
    assert {"性别 不详", "性别 男"} <= groups
