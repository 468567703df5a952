"""Tallies equal the event log to the last event, on both engines, however often they are made."""

from collections import Counter

from sqlalchemy import select

from api.ports import CHINA
from api.watching import funnel, tallies
from models import tables
from models.domain.console.operator import Role
from tests.support import play
from tests.support.console import colleague
from tests.support.world import MAN, WRONG, World


def recounted(world: World) -> Counter[tuple[object, ...]]:
    with world.ports.database.reading() as db:
        channels = {one.id: one.channel for one in db.scalars(select(tables.Attempt))}
        shops = {one.id: one.institution_id for one in db.scalars(select(tables.Verification))}
        return Counter(
            (
                one.created_at.astimezone(CHINA).date(),
                shops[one.verification_id],
                channels.get(one.public["attempt_id"], ""),
                one.type,
                one.public["reason"] or "",
            )
            for one in db.scalars(select(tables.Event))
        )


def tallied(world: World) -> Counter[tuple[object, ...]]:
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.EventTally))
        return Counter({(r.day, r.institution_id, r.channel, r.type, r.reason): r.events for r in rows})


def bought(world: World, number: int) -> None:
    opened = play.opened(world, order_no=f"T-{number}")
    scene, phone = play.pushed(world, opened), world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    world.clock.tick(60)


def holds(world: World) -> None:
    bought(world, 1)
    assert tallies.count(world.ports) == sum(recounted(world).values())
    assert tallied(world) == recounted(world)
    world.clock.tick(86_400)
    bought(world, 2)
    assert tallies.count(world.ports) > 0
    assert tallies.count(world.ports) == 0
    assert tallied(world) == recounted(world)


def test_every_tally_equals_the_event_log(either: World) -> None:
    holds(either)


def test_the_page_shows_what_the_tallies_say(world: World) -> None:
    holds(world)
    steps = {one.name: one for one in funnel.steps(world.ports, 28)}
    assert (steps["waiting"].push, steps["captured"].push, steps["passed"].push) == (2, 2, 0)
    assert steps["failed"].push == 2 and sum(number for _, number in steps["failed"].reasons) == 2
    one = colleague(world, "operator", Role.OPERATOR)
    one.sign_in()
    assert "拍摄完成" in one.get("/console/watch") and "没有核验" not in one.get("/console/watch?days=7")
