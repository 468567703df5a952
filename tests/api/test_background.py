"""Whose faces the background is made of: insured adults who agreed to the notice that names it."""

from api.directory import background
from tests.support.world import World


def test_nobody_is_drawn_who_did_not_agree_and_too_few_make_no_background(world: World) -> None:
    assert background.members(world.ports) == []
    assert background.in_force(world.ports) is None
