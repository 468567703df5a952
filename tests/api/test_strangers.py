"""Insured strangers compared with each other: by two accounts, assessed, adults only, and as histograms."""

from datetime import date

import numpy as np
import pytest

from api.admin import assessing
from api.jobs.due import CompareStrangers, due
from api.releases import strangers
from api.tuning.pairs import BINS, THRESHOLDS, compare
from models import tables
from models.domain.console.operator import Role
from models.domain.errors import Conflict
from models.domain.identity.idnumber import IdType
from models.domain.law.assessment import Purpose
from models.domain.release.strangers import RunState
from tests.support.console import colleague
from tests.support.world import World

LI, WANG = "opr_li", "opr_wang"
ADULT, CHILD = date(1990, 1, 1), date(2015, 1, 1)


def unit(rng: np.random.Generator) -> list[float]:
    drawn = rng.standard_normal(128)
    return [float(one) for one in drawn / np.linalg.norm(drawn)]


def insure(world: World, how_many: int, birth: date = ADULT, sex: str = "女") -> list[str]:
    """Add persons whose faces are drawn at random."""
    rng, ports, ids = np.random.default_rng(how_many), world.ports, []
    with ports.database.transaction() as db:
        for _ in range(how_many):
            person = tables.Person(
                id=ports.new_id("per"), id_type=IdType.RESIDENT, id_number=b"x", id_index=ports.new_id("i"),
                name=b"x", sex=sex, birth=birth, created_at=ports.now(),
            )  # fmt: skip
            photo = tables.Enrolment(
                id=ports.new_id("enr"), person_id=person.id, photo_key="x", photo_sha256="0" * 64,
                created_at=ports.now(),
            )  # fmt: skip
            face = f'[{{"engine": "sface", "version": "1", "vector": {unit(rng)}}}]'
            photo.templates = ports.vault.seal(f"enrolment.templates:{photo.id}", face)
            db.add(person)
            db.flush()
            db.add(photo)
            ids.append(person.id)
    return ids


def assess(world: World, *more: Purpose) -> None:
    purposes = (Purpose.VERIFICATION, Purpose.FAMILY, Purpose.BACKGROUND, *more)
    assessing.write_down(world.ports, "opr_admin", "0" * 64, purposes)
    world.clock.tick(1)


def compared(world: World) -> tables.StrangerRun:
    run = strangers.ask(world.ports, LI)
    strangers.start(world.ports, WANG, run.id)
    assert CompareStrangers(run.id) in due(world.ports)
    strangers.run(world.ports, run.id)
    return strangers.history(world.ports)[0]


def test_nothing_is_compared_until_the_assessment_names_it_and_a_second_person_starts_it(
    world: World,
) -> None:
    assess(world)
    with pytest.raises(Conflict, match="assessment"):
        strangers.ask(world.ports, LI)
    assess(world, Purpose.STRANGERS)
    run = strangers.ask(world.ports, LI)
    for wrong in (lambda: strangers.start(world.ports, LI, run.id), lambda: strangers.ask(world.ports, WANG)):
        with pytest.raises(Conflict):
            wrong()
    assert not [one for one in due(world.ports) if isinstance(one, CompareStrangers)]
    assess(world)
    with pytest.raises(Conflict, match="assessment"):
        strangers.start(world.ports, WANG, run.id)


def test_adults_of_20_and_more_a_cell_are_compared_and_nobody_of_a_family(world: World) -> None:
    assess(world, Purpose.STRANGERS)
    women = insure(world, 30)
    insure(world, 25, CHILD)
    insure(world, 19, sex="男")
    with world.ports.database.transaction() as db:
        for relative in women[1:3]:
            link = {"person_id": women[0], "relative_id": relative}
            db.add(
                tables.FamilyLink(
                    id=world.ports.new_id("lnk"), network="family_share", relation="子女", **link
                )
            )
        gone = db.get_one(tables.Person, women[-1])
        db.add(tables.Tombstone(id_index=gone.id_index, created_at=world.ports.now()))
    row = compared(world)
    (cell,) = [one for one in row.cells if one["persons"] == 29]
    assert (row.state, cell["sex"], cell["normalised"]) == (RunState.DONE, "女", False)
    assert cell["pairs"] == sum(cell["counts"]) == 29 * 28 // 2 - 3
    assert not any(one["age_band"] in ("0-13", "14-17") for one in row.cells)
    assert all(one["persons"] >= 20 for one in row.cells)
    assert not [one for one in due(world.ports) if isinstance(one, CompareStrangers)]


def test_a_worker_that_died_is_replaced_and_a_withdrawn_run_keeps_nothing(world: World) -> None:
    assess(world, Purpose.STRANGERS)
    insure(world, 20)
    run = strangers.ask(world.ports, LI)
    strangers.start(world.ports, WANG, run.id)
    with world.ports.database.transaction() as db:
        db.get_one(tables.StrangerRun, run.id).leased_until = world.ports.now()  # taken, then killed
    world.clock.tick(1)
    strangers.withdraw(world.ports, LI, run.id)
    strangers.run(world.ports, run.id)
    assert strangers.history(world.ports)[0].cells is None
    assert compared(world).state is RunState.DONE


def test_rates_count_every_pair_once_and_twins_are_found() -> None:
    rng = np.random.default_rng(1)
    vectors = np.array([unit(rng) for _ in range(300)], np.float32)
    vectors[1] = vectors[0]
    found = compare(vectors, np.arange(300), None)
    assert found.pairs == 300 * 299 // 2 and len(found.counts) == len(BINS) - 1
    assert found.counts[-1] == 1 and len(found.bands) == len(THRESHOLDS)
    assert found.bands[-1].rate == 1 / found.pairs and found.bands[-1].high > found.bands[-1].rate


def test_the_pages_show_run_and_figures(world: World) -> None:
    li, wang = (colleague(world, name, Role.OPERATOR) for name in ("li", "wang"))
    for one in (li, wang):
        one.sign_in()
    assert "没有写明这一用途" in li.get("/console/strangers")
    assert li.post("/console/strangers").status_code == 409
    assess(world, Purpose.STRANGERS)
    insure(world, 20)
    assert li.post("/console/strangers").status_code == 303
    (run,) = strangers.history(world.ports)
    assert li.post(f"/console/strangers/{run.id}/start").status_code in (303, 409)
    wang.post("/console/code", code=wang.code(), after="/console/strangers")
    assert wang.post(f"/console/strangers/{run.id}/start").status_code == 303
    strangers.run(world.ports, run.id)
    assert "20 人，190 对，未归一" in li.get("/console/strangers")
    assert li.client.get("/console/strangers.csv").text.count("\n") == 1 + len(THRESHOLDS)
