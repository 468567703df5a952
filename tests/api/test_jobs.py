"""The worker's actions: webhooks, retention, sweeps."""

from dataclasses import replace
from typing import Any

import pytest
from huey import MemoryHuey
from sqlalchemy import select

from api.admin import audit
from api.jobs import work
from api.jobs.due import SendWebhooks, SettleExpiry
from api.jobs.holding import GIVEN_UP
from api.jobs.work import Jobs
from api.privacy import retention
from models import tables
from models.domain import chain
from models.domain.retention import FAILED_FRAMES_KEPT
from scripts.demo.film import samples
from tests.support import play
from tests.support.postgres import Postgres
from tests.support.world import MAN, WRONG, World, multipart


def test_the_sweep_issues_a_job_once_and_again_when_it_went_wrong(world: World) -> None:
    verification = play.opened(world)
    play.pushed(world, verification)
    world.clock.tick(121)
    running = Jobs(world.ports, MemoryHuey(immediate=False, results=False))
    issued = running.sweep()
    assert issued >= 1
    assert running.sweep() == 0
    world.clock.tick(GIVEN_UP.total_seconds() + 1)
    assert running.sweep() >= 1
    running.do(SettleExpiry(verification))
    assert play.events(world, verification)[-1] == "attempt.expired"
    running.do(SettleExpiry("vrf_none"))
    world.clock.tick(61)


def test_a_lost_job_is_issued_again_soon_and_then_ever_later(world: World) -> None:
    play.opened(world)
    world.clock.tick(1801)
    running = Jobs(world.ports, MemoryHuey(immediate=False, results=False))
    assert running.sweep() >= 1
    for seconds in (3, 6, 12, 24):
        world.clock.tick(seconds - 1)
        assert running.sweep() == 0, "whoever has it is waited for"
        world.clock.tick(1)
        assert running.sweep() >= 1


def test_a_worker_with_a_wrong_clock_passes_jobs_on_undone(world: World) -> None:
    verification = play.opened(world)
    play.pushed(world, verification)
    world.clock.tick(121)
    huey = MemoryHuey(immediate=False, results=False)
    wrong = Jobs(world.ports, huey, trusted=lambda: False)
    before = play.events(world, verification)
    wrong.do(SettleExpiry(verification))
    wrong.do(SendWebhooks("ins_none"))
    assert play.events(world, verification) == before
    assert huey.pending_count() == 1, "the sweeps' own threads send webhooks"


@pytest.mark.postgres
def test_the_queue_runs_on_postgresql_too(world: World, postgres: Postgres) -> None:
    with postgres.database() as url:
        huey = work.queue(url)
        running = Jobs(world.ports, huey)
        play.pushed(world, play.opened(world))
        world.clock.tick(121)
        assert running.sweep() >= 1
        task = huey.dequeue()
        assert task is not None
        huey.execute(task)
        huey.storage.close()


def test_frames_of_a_pass_are_deleted_at_once(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene)
    assert world.ports.objects.list("frames") == []
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.Frame.seq)).all() == []


def test_frames_of_a_failure_stay_until_the_appeal_window_closes(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    kept = []
    for _ in range(3):
        play.tried(world, phone, scene, WRONG)
        kept.append(len(world.ports.objects.list("frames")))
    assert kept[0] > 0 and kept[-1] == FAILED_FRAMES_KEPT >= max(kept)
    world.clock.tick(599)
    retention.sweep(world.ports)
    assert world.ports.objects.list("frames")
    world.clock.tick(2)
    retention.sweep(world.ports)
    assert world.ports.objects.list("frames") == []


def _cancelled_during(look: str, world: World, verification: str) -> None:
    """Have the till cancel while the matcher examines."""
    till = world.till()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            if name == look:
                play.ok(till.post(f"/v1/verifications/{verification}/cancel", json={}))
            return getattr(world.ports.matcher, name)

    world.app.extensions["ports"] = replace(world.ports, matcher=Slow())


def test_a_late_appeal_leaves_no_photo(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    _cancelled_during("enrol", world, verification)
    photo = ((samples() / "single_face.jpg").open("rb"), "1.jpg")
    assert play.appealed(phone, scene, photo).status_code == 409
    assert world.ports.objects.list("appeals") == []


def test_frames_that_come_while_the_purchase_is_called_off_leave_no_file(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    _cancelled_during("observe", world, verification)
    shots = WRONG.shots(challenge["frame"])[:12]
    world.clock.tick(5)
    answer = phone.post(f"/mp/v1/challenges/{challenge['challenge_id']}/frames", **multipart(shots))
    assert answer.status_code == 409
    assert world.ports.objects.list("frames") == []


def test_old_hashes_sessions_and_answers_are_deleted(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene)
    world.clock.tick(181 * 24 * 3600)
    retention.sweep(world.ports)
    with world.ports.database.reading() as db:
        for table in (tables.SeenFrame, tables.Session, tables.Idempotency):
            assert db.scalars(select(table)).all() == []


def test_heads_are_anchored_and_a_changed_event_is_detected(world: World) -> None:
    verification = play.opened(world)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    assert audit.write(world.ports) == 1
    assert audit.write(world.ports) == 0
    file = world.ports.settings.anchor_file
    assert file is not None and verification in file.read_text()


def test_the_last_anchor_is_found_behind_cut_and_long_lines(world: World) -> None:
    file = world.ports.settings.anchor_file
    assert file is not None
    play.opened(world)
    assert audit.write(world.ports) == 1
    with file.open("a", encoding="utf-8") as anchors:
        anchors.write("x" * 3 * audit.TAIL + '\n{"event": 9, "he')
    assert audit.write(world.ports) == 0
    play.opened(world, order_no="C-2")
    # Glued to what was cut off, one anchor is lost; the next one says the same.
    assert [audit.write(world.ports) for _ in range(3)] == [1, 1, 0]
    assert audit.check(world.ports).is_whole


def test_an_insiders_change_of_events_is_detected(world: World) -> None:
    _, changed, rewritten, gone = (play.opened(world, order_no=f"C-{n}") for n in range(4))
    audit.write(world.ports)
    whole = audit.check(world.ports)
    assert whole.is_whole and (whole.verifications, whole.anchors) == (4, 1)
    with world.ports.database.transaction() as db:
        events = {row.verification_id: row for row in db.scalars(select(tables.Event))}
        events[changed].public = events[changed].public | {"reason": "changed"}
        event = events[rewritten]
        event.public = event.public | {"reason": "changed"}
        content = (event.type, event.created_at, chain.canonical(event.public))
        event.hash = chain.link(chain.GENESIS, 1, content, event.commitment)
        db.get_one(tables.Verification, rewritten).head = event.hash
        db.delete(events[gone])
    found = audit.check(world.ports)
    assert (found.broken, found.rewritten, found.missing) == ([changed], [rewritten], [gone])


def test_an_exchanged_private_part_is_detected(world: World) -> None:
    verification = play.opened(world)
    with world.ports.database.transaction() as db:
        event = db.scalars(select(tables.Event)).one()
        event.private = world.ports.vault.seal(f"event.private:{verification}:1", "{}")
    assert audit.check(world.ports).broken == [verification]
    with world.ports.database.transaction() as db:
        event = db.scalars(select(tables.Event)).one()
        event.private = event.salt = None
    assert audit.check(world.ports).is_whole
