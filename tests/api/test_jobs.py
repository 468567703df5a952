"""The worker's actions: webhooks that arrive, retention that deletes, a sweep that repeats."""

import json
import socket
import socketserver
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from huey import MemoryHuey
from sqlalchemy import select

from api import jobs
from api.admin import audit
from api.events import webhooks
from api.jobs import GIVEN_UP, Jobs
from api.outbound import http_post
from api.outbound.addresses import Target, check_url, resolve
from api.privacy import retention
from models import tables
from models.domain import chain
from models.domain.errors import Invalid
from models.domain.retention import FAILED_FRAMES_KEPT
from scripts.demo.film import samples
from tests.support import play
from tests.support.postgres import Postgres
from tests.support.world import MAN, WRONG, World, multipart, purchase


class Till(HTTPServer):
    """A till's webhook address that answers what it is told to."""

    def __init__(self) -> None:
        till = self
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                till.received.append((dict(self.headers), body))
                self.send_response(till.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def till() -> Iterator[Till]:
    server = Till()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ended(world: World, till: Till) -> str:
    verification = play.opened(world, notify_url=f"http://127.0.0.1:{till.server_port}/hook")
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    return verification


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
def test_a_webhook_is_repeated_until_it_is_taken(world: World, till: Till, status: int) -> None:
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
    """A till's webhook address that never answers whole: a byte now and then, or none."""

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


def test_who_never_answers_is_one_that_did_not_answer(world: World, mute: Mute) -> None:
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
    """End a purchase that is told to an address."""
    till = world.till(institution)
    wanted = till.post("/v1/verifications", json=purchase(notify_url=url))
    verification = play.ok(wanted, 201)["id"]
    play.ok(till.post(f"/v1/verifications/{verification}/cancel", json={}))


def test_a_dead_host_is_left_alone_whatever_the_path_but_only_by_its_own_institution(world: World) -> None:
    closed(world, "http://127.0.0.1:9/hook?order=1")
    closed(world, "http://127.0.0.1:9/hook?order=2")
    closed(world, "http://127.0.0.1:9/hook?order=1", institution=1)
    webhooks.deliver(world.ports, world.institutions[0])
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.Delivery).order_by(tables.Delivery.event_id)).all()
    now = world.clock.now()
    assert [row.tries for row in rows] == [1, 0, 0]
    assert [row.next_at > now for row in rows] == [True, True, False]


def test_a_backlog_of_webhooks_hides_nothing_else(world: World, till: Till) -> None:
    ended(world, till)
    with world.ports.database.transaction() as db:
        row = db.scalars(select(tables.Delivery)).one()
        copied = ("kind", "verification_id", "event_id", "state", "tries", "created_at", "next_at")
        for _ in range(2 * jobs.BATCH):
            copy = {name: getattr(row, name) for name in copied}
            db.add(tables.Delivery(id=world.ports.new_id("dlv"), **copy))
    waiting = play.opened(world)
    play.pushed(world, waiting)
    world.clock.tick(121)
    found = jobs.due(world.ports)
    assert ("settle", waiting) in found
    assert [row_id for kind, row_id in found if kind == "webhook"] == [world.institutions[0]]


def test_a_webhook_is_given_up_after_three_days(world: World, till: Till) -> None:
    ended(world, till)
    till.status = 500
    for _ in range(2):
        play.work(world.ports)
        world.clock.tick(3 * 24 * 3600 + 1)
    play.work(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.Delivery.state)).all() == ["dead"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "ftp://example.com/",
        "https://user:pw@example.com/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://",
        "https://0.0.0.0/", "https://example.com/#x", "http://127.0.0.2/",
        "https://localhost/", "https://pos.localhost/", "https://0x7f.1/", "https://2130706433/",
        "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/",
    ],
)  # fmt: skip
def test_an_address_inside_is_never_called(url: str) -> None:
    for demo in (True, False):
        with pytest.raises(Invalid):
            check_url(url, demo, [])


def test_a_network_may_be_allowed_and_local_only_in_the_demo() -> None:
    check_url("https://10.1.2.3/hook", False, ["10.1.0.0/16"])
    check_url("http://127.0.0.1:9000/hook", True, [])
    with pytest.raises(Invalid):
        check_url("http://127.0.0.1:9000/hook", False, [])


def _points_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)


def test_a_name_that_points_inside_is_refused_when_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    _points_to(monkeypatch, "1.2.3.4", "10.0.0.1")
    with pytest.raises(Invalid):
        resolve("https://pos.example.org/hook", False, [])


def test_every_address_of_a_name_is_tried_the_old_kind_first(monkeypatch: pytest.MonkeyPatch) -> None:
    _points_to(monkeypatch, "2400:3200::1", "47.96.1.2", "9.9.9.9")
    assert resolve("https://pos.example.org/", False, []).addresses == (
        "9.9.9.9",
        "47.96.1.2",
        "2400:3200::1",
    )


def test_the_next_address_is_tried_where_one_does_not_answer(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(world, till)
    monkeypatch.setattr(http_post, "resolve", lambda *_: _target(till.server_port, "127.0.0.9", "127.0.0.1"))
    play.work(world.ports)
    assert len(till.received) == 1


def _target(port: int, *addresses: str) -> Target:
    return Target("http", "pos.example.org", port, "/hook", addresses)


def test_an_address_that_cannot_even_be_spelt_is_no_crash() -> None:
    for url in (f"https://{'a' * 64}.example/", "https://47.96.1.2/药"):
        assert http_post.send(url, [], b"", "", demo=False).error == "address_not_allowed"


def test_a_false_notify_url_is_refused_at_once(world: World) -> None:
    answer = world.till().post("/v1/verifications", json=purchase(notify_url="https://10.0.0.1/"))
    assert (answer.status_code, answer.json["code"]) == (422, "notify_url_not_allowed")


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
    running.do("settle", verification)
    assert play.events(world, verification)[-1] == "attempt.expired"
    running.do("settle", "vrf_none")
    world.clock.tick(61)


@pytest.mark.postgres
def test_the_queue_runs_on_postgresql_too(world: World, postgres: Postgres) -> None:
    with postgres.database() as url:
        huey = jobs.queue(url)
        running = Jobs(world.ports, huey)
        play.pushed(world, play.opened(world))
        world.clock.tick(121)
        assert running.sweep() >= 1
        task = huey.dequeue()
        assert task is not None
        huey.execute(task)
        huey.storage.close()


def test_frames_of_a_pass_are_gone_at_once(world: World) -> None:
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
    """Let the till call the purchase off while the matcher looks."""
    till = world.till()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            if name == look:
                play.ok(till.post(f"/v1/verifications/{verification}/cancel", json={}))
            return getattr(world.ports.matcher, name)

    world.app.extensions["ports"] = replace(world.ports, matcher=Slow())


def test_an_appeal_that_comes_too_late_leaves_no_photo(world: World) -> None:
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


def test_heads_are_anchored_and_a_changed_event_is_seen(world: World) -> None:
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


def test_what_an_insider_changes_in_the_events_is_seen(world: World) -> None:
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


def test_a_private_part_that_was_exchanged_is_seen(world: World) -> None:
    verification = play.opened(world)
    with world.ports.database.transaction() as db:
        event = db.scalars(select(tables.Event)).one()
        event.private = world.ports.vault.seal(f"event.private:{verification}:1", "{}")
    assert audit.check(world.ports).broken == [verification]
    with world.ports.database.transaction() as db:
        event = db.scalars(select(tables.Event)).one()
        event.private = event.salt = None
    assert audit.check(world.ports).is_whole
