"""Two accounts together cannot enact a policy below the production floors."""

from dataclasses import replace

import pytest

from api.policies import floors, versions
from api.ports import Ports
from api.releases import actions, enacting
from api.settings import Profile
from models.domain.errors import Conflict
from models.domain.policy import Policy
from models.domain.release.stages import Stage
from tests.support.decisions import Try, write
from tests.support.world import World


def test_the_default_policy_meets_the_production_floors() -> None:
    assert floors.broken(Policy()) == ()


@pytest.mark.parametrize(
    "lax",
    [
        {"pad_required": False},
        {"score_min": -1.0},
        {"score_min": 0.42},
        {"raw_score_min": 0.40},
        {"raw_score_min_old": 0.47},
        {"pad_min": 0.0, "pad_doubt_min": 0.0},
        {"cohort_margin": -1.0},
    ],
    ids=str,
)
def test_production_does_not_approve_a_policy_below_a_floor(world: World, lax: dict) -> None:
    settings = world.ports.settings.model_copy(update={"profile": Profile.PRODUCTION})
    ports = replace(world.ports, settings=settings)
    safe = versions.enact(ports, Policy(), author="Li", approver="Wang")
    version = versions.propose(ports, lax, author="Li")
    with pytest.raises(Conflict) as refused:
        versions.approve(ports, version, approver="Wang")
    assert refused.value.code == "below_floor"
    with ports.database.reading() as db:
        assert versions.active(db).version == safe


def test_a_demo_may_use_any_policy(world: World) -> None:
    version = versions.propose(world.ports, {"score_min": -1.0}, author="Li")
    versions.approve(world.ports, version, approver="Wang")
    with world.ports.database.reading() as db:
        assert versions.active(db).version == version


def production(world: World) -> Ports:
    settings = world.ports.settings.model_copy(update={"profile": Profile.PRODUCTION})
    return replace(world.ports, settings=settings)


def test_before_any_decision_a_command_puts_a_policy_in_force_at_once(world: World) -> None:
    ports = production(world)
    versions.enact(ports, Policy(), author="installation", approver="installation")
    version = enacting.propose(ports, "opr_li", {"score_min": 0.48})
    assert enacting.approve(ports, "opr_wang", version) is None
    with ports.database.reading() as db:
        assert versions.active(db).version == version


def test_afterwards_a_command_leads_to_a_staged_release_and_only_one(world: World) -> None:
    ports = production(world)
    safe = versions.enact(ports, Policy(), author="installation", approver="installation")
    write(world, [Try(replace(Policy(), version=safe))])
    version, lax, late = (
        enacting.propose(ports, "opr_li", changes)
        for changes in ({"score_min": 0.48}, {"score_min": 0.2}, {"score_min": 0.5})
    )
    with pytest.raises(Conflict, match="somebody else"):
        enacting.approve(ports, "opr_li", version)
    with pytest.raises(Conflict, match="does not accept"):
        enacting.approve(ports, "opr_wang", lax)
    release = enacting.approve(ports, "opr_wang", version)
    assert release is not None
    assert (release.stage, release.proposer, release.approver) == (Stage.APPROVED, "opr_li", "opr_wang")
    with pytest.raises(Conflict, match="under way"):
        enacting.approve(ports, "opr_wang", late)
    with ports.database.reading() as db:
        assert versions.active(db).version == safe
    world.clock.tick(8 * 86_400)
    actions.withdraw(ports, "opr_li", release.id)
    with pytest.raises(Conflict, match="week"):
        enacting.approve(ports, "opr_wang", late)


def test_a_policy_in_force_below_a_floor_is_replaced_at_once(world: World) -> None:
    ports = production(world)
    low = versions.enact(ports, replace(Policy(), score_min=0.2), author="x", approver="y")
    write(world, [Try(replace(Policy(), version=low))])
    assert enacting.approve(ports, "opr_wang", enacting.propose(ports, "opr_li", {"score_min": 0.5})) is None
