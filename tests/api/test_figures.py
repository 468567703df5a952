"""Operators' metrics, and the ids in log lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from huey import MemoryHuey
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from structlog.contextvars import merge_contextvars
from structlog.testing import LogCapture

from api.admin import audit
from api.beats import Beats
from api.health.table_figures import COUNTED_EVERY, TableFigures
from api.jobs.work import Jobs
from models import tables
from models.database import Database
from models.domain.attempt import AttemptState
from tests.support import play
from tests.support.world import MAN, World
from wechat.errors import WeChatRefused


def figures(world: World, **more: Any) -> dict[str, float]:
    """Scrape the tables; return each sample by its name and labels."""
    collector = TableFigures(world.ports.settings, world.ports.database, world.ports.now, **more)
    return scraped(collector)


def scraped(collector: TableFigures) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(collector)
    lines = generate_latest(registry).decode().splitlines()
    return {line.split(" ")[0]: float(line.split(" ")[1]) for line in lines if not line.startswith("#")}


def begun(world: World) -> str:
    """Begin an unsent push; return its verification."""
    verification = play.opened(world)
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    return verification


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_what_is_due_and_how_long_it_has_waited_is_shown_by_kind(world: World) -> None:
    assert figures(world)['yibao_outbox_age_seconds{kind="push"}'] == 0
    begun(world)
    world.clock.tick(31)
    found = figures(world)
    assert found['yibao_outbox_age_seconds{kind="push"}'] == 31
    assert found['yibao_outbox_due{kind="push"}'] == 1
    assert found['yibao_outbox_age_seconds{kind="webhook"}'] == 0
    assert found["yibao_database_up"] == 1


def test_an_undecided_captures_age_is_shown(world: World) -> None:
    assert figures(world)["yibao_captured_age_seconds"] == 0
    begun(world)
    with world.ports.database.transaction() as db:
        row = db.query(tables.Attempt).one()
        row.state, row.captured_at = AttemptState.CAPTURED, world.ports.now()
    world.clock.tick(16)
    assert figures(world)["yibao_captured_age_seconds"] == 16


def test_workers_are_counted_and_their_longest_sweep_is_told(world: World) -> None:
    assert "yibao_worker_beat_age_seconds" not in figures(world)
    for sweep_ms in (40, 1500):
        Beats(world.ports).beat(sweep_ms)
    world.clock.tick(4)
    found = figures(world)
    assert found["yibao_workers"] == 2
    assert found["yibao_worker_sweep_seconds"] == 1.5
    assert found["yibao_worker_beat_age_seconds"] == 4


def test_persons_are_counted_once_a_minute(world: World) -> None:
    collector = TableFigures(world.ports.settings, world.ports.database, world.ports.now)
    before = scraped(collector)
    assert before["yibao_persons"] > before["yibao_persons_with_face"] > 0
    with world.ports.database.transaction() as db:
        db.query(tables.Enrolment).delete()
    assert scraped(collector)["yibao_persons_with_face"] == before["yibao_persons_with_face"]
    world.clock.tick(COUNTED_EVERY.total_seconds())
    assert scraped(collector)["yibao_persons_with_face"] == 0


def test_the_anchors_age_is_that_of_the_oldest_event_they_lack(world: World) -> None:
    audit.write(world.ports)
    world.clock.tick(3600)
    # Nothing happened for an hour: nothing is missing.
    assert figures(world, writes_anchors=True)["yibao_anchor_age_seconds"] == 0
    play.opened(world)
    world.clock.tick(301)
    assert figures(world, writes_anchors=True)["yibao_anchor_age_seconds"] == 301
    assert "yibao_anchor_age_seconds" not in figures(world)
    audit.write(world.ports)
    assert figures(world, writes_anchors=True)["yibao_anchor_age_seconds"] == 0


def test_an_unreachable_database_is_a_metric(world: World, tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path}/nowhere/db.sqlite")
    found = scraped(TableFigures(world.ports.settings, away, world.ports.now))
    assert found["yibao_database_up"] == 0
    assert 0 < found['yibao_disk_free_ratio{what="objects"}'] <= 1
    assert "yibao_persons" not in found


def test_requests_are_counted_by_route_and_unknown_paths_share_a_label(world: World) -> None:
    route = {"method": "GET", "route": "/v1/verifications/<string:verification_id>", "status": "200"}
    unknown = {"method": "-", "route": "-", "status": "404"}
    before, strange = counted("yibao_requests_total", **route), counted("yibao_requests_total", **unknown)
    verification = play.opened(world)
    world.till().get(f"/v1/verifications/{verification}")
    world.till().open("/made-up/330106", method="BREW")
    assert counted("yibao_requests_total", **route) == before + 1
    assert counted("yibao_requests_total", **unknown) == strange + 1
    # No address with its tickets, only rules.
    assert verification not in generate_latest(REGISTRY).decode()


def test_connections_and_waiting_clients_are_counted_while_they_last(world: World) -> None:
    held = counted("yibao_pool_connections")
    with world.ports.database.reading() as db:
        db.query(tables.WriteProbe).first()
        assert counted("yibao_pool_connections") == held + 1
    assert counted("yibao_pool_connections") == held
    verification, waiting = play.opened(world), counted("yibao_event_clients")
    events = world.till().get(
        f"/v1/verifications/{verification}/events", headers={"Accept": "text/event-stream"}
    )
    next(events.iter_encoded())
    assert counted("yibao_event_clients") == waiting + 1
    events.close()
    assert counted("yibao_event_clients") == waiting


@pytest.mark.parametrize(("fail", "result"), [(None, "deliver"), (WeChatRefused(43101), "give_up")])
def test_pushes_are_counted_by_result(world: World, fail: Exception | None, result: str) -> None:
    labels = {"kind": "push", "result": result}
    before = counted("yibao_deliveries_total", **labels)
    begun(world)
    world.wechat.fail = fail
    play.work(world.ports)
    assert counted("yibao_deliveries_total", **labels) == before + 1


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """Yield the logged lines with their ids."""
    kept, before = LogCapture(), structlog.get_config()
    structlog.configure(processors=[merge_contextvars, kept])
    yield kept.entries
    structlog.configure(**before)


def test_log_lines_carry_request_verification_and_institution_ids(world: World, lines: list[Any]) -> None:
    verification = play.opened(world)
    lines.clear()
    answer = world.till().get(f"/v1/verifications/{verification}")
    assert lines[-1]["event"] == "answered"
    assert lines[-1]["request_id"] == answer.headers["X-Request-Id"]
    assert lines[-1]["verification_id"] == verification
    assert lines[-1]["institution_id"] == world.institutions[0]
    # The next request of the same thread carries nothing of it.
    world.app.test_client().get("/healthz")
    assert not {"verification_id", "institution_id"} & set(lines[-1])


def test_whoever_asks_for_anothers_purchase_is_logged_as_themselves(world: World, lines: list[Any]) -> None:
    verification = play.opened(world)
    assert world.till(1).get(f"/v1/verifications/{verification}").status_code == 404
    assert lines[-1]["institution_id"] == world.institutions[1]


def test_a_failed_job_logs_its_ids(world: World, lines: list[Any]) -> None:
    verification = begun(world)
    world.wechat.fail = RuntimeError("out of memory")
    jobs = Jobs(world.ports, MemoryHuey(immediate=True, results=False))
    jobs.sweep()
    jobs.close()
    failed = next(line for line in lines if line["event"] == "job_failed")
    assert (failed["verification_id"], failed["institution_id"]) == (verification, world.institutions[0])
