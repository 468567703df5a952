"""The database cost of a poll."""

from tests.support import play
from tests.support.statements import asked, counted
from tests.support.world import World


def test_a_poll_knows_the_institution_and_reads_the_case_once(world: World) -> None:
    verification = play.opened(world)
    play.pushed(world, verification)
    with counted(world) as seen:
        play.events(world, verification)
    assert seen.count("session") == 1
    assert asked(seen) == 2


def test_a_purchase_is_opened_in_one_transaction_after_its_institution_is_known(world: World) -> None:
    play.opened(world)
    with counted(world) as seen:
        play.opened(world, order_no="A-2")
    assert seen.count("session") == 2
    assert asked(seen) <= 11, seen


def test_a_purchase_is_read_in_one_session(world: World) -> None:
    verification = play.opened(world)
    with counted(world) as seen:
        play.ok(world.till().get(f"/v1/verifications/{verification}"))
    assert seen.count("session") == 1
    assert asked(seen) <= 6, seen


def test_another_institutions_poll_finds_nothing(world: World) -> None:
    verification = play.opened(world)
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = world.till(1).get(f"/v1/verifications/{verification}/events", headers=headers)
        assert answer.status_code == 404
