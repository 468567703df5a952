"""Webhooks: signed, retried, given up after three days."""

import json
import socketserver
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from sqlalchemy import select

from api.events import webhooks
from api.jobs.due import BATCH, SendWebhooks, SettleExpiry, due
from api.outbound import http_post
from models import tables
from tests.support import play
from tests.support.receiver import Till, ended
from tests.support.world import World, purchase


def test_a_webhook_is_signed_and_tells_what_happened(world: World, till: Till) -> None:
    verification = ended(world, till)
    play.work(world.ports)
    ((headers, body),) = till.received
    with world.ports.database.reading() as db:
        row = db.get_one(tables.Institution, world.institutions[0])
        secret = world.ports.vault.open(f"institution.webhook_secret:{row.id}", row.webhook_secret)
    now = int(world.clock.now().timestamp())
    assert webhooks.verify(secret, body, headers["X-Signature"], now)
    assert not webhooks.verify(secret, body + b" ", headers["X-Signature"], now)
    assert not webhooks.verify(secret, body, headers["X-Signature"] + "é", now)
    assert not webhooks.verify(secret, body, headers["X-Signature"], now + 301)
    sent = json.loads(body)
    assert set(sent) == {"id", "type", "created", "data"}
    assert sent["type"] == "verification.cancelled"
    assert sent["data"]["verification_id"] == verification and sent["data"]["seq"] == 2


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_webhook_is_repeated_until_it_is_accepted(world: World, till: Till, status: int) -> None:
    ended(world, till)
    till.status = status
    for _ in range(3):
        play.work(world.ports)
        world.clock.tick(20)
    till.status = 200
    play.work(world.ports)
    world.clock.tick(4000)
    play.work(world.ports)
    assert len(till.received) == 4
    assert len({json.loads(body)["id"] for _, body in till.received}) == 1


class Mute(socketserver.ThreadingTCPServer):
    """A webhook receiver that never answers completely: single bytes, or nothing."""

    daemon_threads = True

    def __init__(self, trickles: bool) -> None:
        self.calls = 0
        self.over = Event()
        mute = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                mute.calls += 1
                while not mute.over.wait(0.05):
                    if trickles:
                        try:
                            self.request.sendall(b"H")
                        except OSError:
                            return

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture(params=[False, True], ids=["silent", "trickling"])
def mute(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mute]:
    monkeypatch.setattr(http_post, "TIMEOUT_S", 0.4)
    server = Mute(request.param)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def test_a_trickling_receiver_counts_as_unresponsive(world: World, mute: Mute) -> None:
    for _ in range(3):
        verification = play.opened(world, notify_url=f"http://127.0.0.1:{mute.server_address[1]}/hook")
        play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    play.work(world.ports)
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.Delivery).order_by(tables.Delivery.event_id)).all()
    assert (rows[0].error, rows[0].state, rows[0].tries) == ("timed_out", "retry", 1)
    # What else goes there waits as long: one dead till is called once, not once for each purchase.
    assert mute.calls == 1 and [row.tries for row in rows[1:]] == [0, 0]
    assert {row.next_at for row in rows} == {rows[0].next_at}


def closed(world: World, url: str, institution: int = 0) -> None:
    """End a purchase with webhooks to an address."""
    till = world.till(institution)
    wanted = till.post("/v1/verifications", json=purchase(notify_url=url))
    verification = play.ok(wanted, 201)["id"]
    play.ok(till.post(f"/v1/verifications/{verification}/cancel", json={}))


def test_a_dead_host_delays_only_its_own_institutions_webhooks(world: World) -> None:
    closed(world, "http://127.0.0.1:9/hook?order=1")
    closed(world, "http://127.0.0.1:9/hook?order=2")
    closed(world, "http://127.0.0.1:9/hook?order=1", institution=1)
    webhooks.deliver(world.ports, world.institutions[0])
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.Delivery).order_by(tables.Delivery.event_id)).all()
    now = world.clock.now()
    assert [row.tries for row in rows] == [1, 0, 0]
    assert [row.next_at > now for row in rows] == [True, True, False]


def test_a_backlog_of_webhooks_delays_no_other_job(world: World, till: Till) -> None:
    ended(world, till)
    with world.ports.database.transaction() as db:
        row = db.scalars(select(tables.Delivery)).one()
        copied = (
            "kind",
            "verification_id",
            "institution_id",
            "event_id",
            "state",
            "tries",
            "created_at",
            "next_at",
        )
        for _ in range(2 * BATCH):
            copy = {name: getattr(row, name) for name in copied}
            db.add(tables.Delivery(id=world.ports.new_id("dlv"), **copy))
    waiting = play.opened(world)
    play.pushed(world, waiting)
    world.clock.tick(121)
    found = due(world.ports)
    assert SettleExpiry(waiting) in found
    assert [job for job in found if isinstance(job, SendWebhooks)] == [SendWebhooks(world.institutions[0])]


def test_a_webhook_is_given_up_after_three_days(world: World, till: Till) -> None:
    ended(world, till)
    till.status = 500
    for _ in range(2):
        play.work(world.ports)
        world.clock.tick(3 * 24 * 3600 + 1)
    play.work(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.Delivery.state)).all() == ["dead"]


def test_an_invalid_notify_url_is_refused_when_the_verification_is_opened(world: World) -> None:
    answer = world.till().post("/v1/verifications", json=purchase(notify_url="https://10.0.0.1/"))
    assert (answer.status_code, answer.json["code"]) == (422, "notify_url_not_allowed")
