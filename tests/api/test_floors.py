"""No two accounts can put into production what the code forbids."""

from dataclasses import replace

import pytest

from api.policies import floors, versions
from api.settings import Profile
from models.domain.errors import Conflict
from models.domain.policy import Policy
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
