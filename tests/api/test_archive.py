"""The audit in storage of another owner: exported once, chained, resumed, compared."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from api.archive import chunks, comparing, exporting
from api.archive.stores import ArchiveUnavailable, archive
from api.health.table_figures import TableFigures
from api.ports import Ports
from models import tables
from models.domain import chain
from models.vault import digest
from scripts.deploy import archiving
from scripts.stack import buckets
from scripts.stack.buckets import ACCESS
from tests.support import archives, play
from tests.support.archives import AppendOnly, archived
from tests.support.world import MAN, World


@pytest.fixture
def ports(world: World, tmp_path: Path) -> Ports:
    """Return an installation that exports into a folder."""
    return archived(world.ports, f"file://{tmp_path / 'archive'}")


@pytest.fixture
def server() -> Iterator[AppendOnly]:
    with archives.append_only() as running:
        yield running


def stored(folder: Path) -> list[bytes]:
    return [one.read_bytes() for one in sorted((folder / "archive/audit").glob("*.jsonl"))]


def whole(ports: Ports) -> comparing.Compared:
    found = comparing.compare(ports)
    assert found is not None and found.is_whole, found
    return found


def waited(ports: Ports) -> float:
    figures = {one.name: one for one in TableFigures(ports.settings, ports.database, ports.now).collect()}
    return float(figures["yibao_archive_age_seconds"].samples[0].value)


def test_a_chunk_is_made_when_something_has_waited_ten_minutes(world: World, ports: Ports) -> None:
    play.opened(world)
    assert exporting.export(ports) == 0
    world.clock.tick(600)
    assert [exporting.export(ports) for _ in range(2)] == [1, 0]
    found = whole(ports)
    assert found.chunks == 1 and found.events >= 1


def test_every_chunk_names_the_digest_of_the_one_before_and_nobody(
    world: World, ports: Ports, tmp_path: Path
) -> None:
    for number in range(2):
        verification = play.opened(world, order_no=f"C-{number}")
        play.coded(world, verification)
        assert exporting.export(ports, at_once=True) == 1
    first, second = stored(tmp_path)
    assert json.loads(first.splitlines()[0])["previous"] == chain.GENESIS
    assert json.loads(second.splitlines()[0])["previous"] == digest(first)
    # The last line anchors the heads of the chunk's verifications.
    assert verification in json.loads(second.splitlines()[-1])["heads"]
    for secret in (MAN.name, MAN.id_number, MAN.openid, "张收银"):
        assert secret.encode() not in first + second


def test_a_run_that_died_after_storing_is_resumed(world: World, ports: Ports, tmp_path: Path) -> None:
    play.opened(world)
    exporting.export(ports, at_once=True)
    with ports.database.transaction() as db:
        db.execute(delete(tables.ArchiveChunk))
    play.opened(world, order_no="C-2")
    assert exporting.export(ports, at_once=True) == 2
    assert len(stored(tmp_path)) == 2 and whole(ports).chunks == 2


def test_after_a_restore_the_lost_history_is_named_and_the_new_one_exported(
    world: World, ports: Ports
) -> None:
    kept = play.opened(world)
    exporting.export(ports, at_once=True)
    lost = play.opened(world, order_no="C-2")
    exporting.export(ports, at_once=True)
    with ports.database.transaction() as db:
        db.execute(delete(tables.ArchiveChunk).where(tables.ArchiveChunk.number == 2))
        row = db.scalars(select(tables.Event).where(tables.Event.verification_id == lost)).one()
        row.verification_id = kept
        row.seq, row.hash = 99, "9" * 64
    assert exporting.export(ports, at_once=True) == 2
    found = comparing.compare(ports)
    assert found is not None and found.rewritten == [lost] and not found.chunks_wrong
    with ports.database.reading() as db:
        assert exporting.first_waiting(db) is None


def test_an_insiders_change_is_named(world: World, ports: Ports, tmp_path: Path) -> None:
    changed, gone = (play.opened(world, order_no=f"C-{n}") for n in range(2))
    exporting.export(ports, at_once=True)
    later = play.opened(world, order_no="C-9")
    exporting.export(ports, at_once=True)
    with ports.database.transaction() as db:
        events = {row.verification_id: row for row in db.scalars(select(tables.Event))}
        events[changed].hash = "0" * 64
        db.delete(events[gone])
    found = comparing.compare(ports)
    assert found is not None and (found.rewritten, found.missing) == ([changed], [gone])
    # The archive itself: a changed chunk, and one that is gone.
    first, second = sorted((tmp_path / "archive/audit").glob("*.jsonl"))
    second.write_bytes(second.read_bytes().replace(later.encode(), changed.encode()))
    found = comparing.compare(ports)
    assert found is not None and found.chunks_wrong == [2]
    first.unlink()
    found = comparing.compare(ports)
    assert found is not None and found.chunks_wrong == [1, 2]


def test_an_event_slipped_into_an_exported_span_is_named(world: World, ports: Ports) -> None:
    verification = play.opened(world)
    with ports.database.transaction() as db:
        # Rolled back transactions leave such gaps.
        db.query(tables.Event).update({"id": tables.Event.id + 5})
    exporting.export(ports, at_once=True)
    with ports.database.transaction() as db:
        row = db.scalars(select(tables.Event)).one()
        slipped = {"type": row.type, "created_at": row.created_at, "commitment": row.commitment}
        db.add(tables.Event(id=3, verification_id=verification, seq=50, public={}, hash=row.hash, **slipped))
    found = comparing.compare(ports)
    assert found is not None and (found.added, found.missing) == ([verification], [])


def test_an_archive_that_is_away_is_tried_again_and_nothing_is_lost(world: World, server: AppendOnly) -> None:
    ports = archived(world.ports, server.url, "bearer=of-the-archive")
    play.opened(world)
    world.clock.tick(601)
    server.status = 503
    assert exporting.export(ports) == 0
    assert waited(ports) == 601
    with pytest.raises(ArchiveUnavailable):
        comparing.compare(ports)
    server.status = 0
    assert exporting.export(ports) == 1
    assert waited(ports) == 0
    assert list(server.stored) == ["/bureau/audit/00000001.jsonl"] and whole(ports).chunks == 1


def test_more_than_one_chunk_holds_is_split(
    world: World, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        play.opened(world, order_no=f"C-{number}")
    monkeypatch.setattr(exporting, "MOST", 2)
    assert exporting.export(ports) == 2
    world.clock.tick(601)
    assert exporting.export(ports) == 1
    assert whole(ports).events == 5


def test_something_else_under_a_chunks_name_stops_the_export(
    world: World, ports: Ports, tmp_path: Path
) -> None:
    store = archive(ports.settings)
    assert store is not None
    store.add(chunks.name(1), b"junk")
    play.opened(world)
    world.clock.tick(601)
    assert exporting.export(ports) == 0
    found = comparing.compare(ports)
    assert found is not None and found.chunks_wrong == [1]


def test_the_check_before_the_start_tries_http_for_real(world: World, server: AppendOnly) -> None:
    def told(url: str, access: str = "bearer=of-the-archive") -> str:
        return archiving.tries(archived(world.ports, url, access).settings).wrong

    assert told(server.url) == ""
    assert told(server.url) == ""  # The probe of the first time is still there.
    assert told(server.url, "") == "it does not take or give (status 401)"
    server.replaces = True
    assert told(server.url) == "it lets what is stored be replaced"
    assert told("http://127.0.0.1:1") == "it does not take or give (ConnectError)"


def test_a_bucket_must_lock_its_objects_for_half_a_year(world: World) -> None:
    with archives.s3() as url:
        access = f"{ACCESS},aws_endpoint={url}"
        for days, wrong in (
            (None, "the bucket has no object lock with a default retention"),
            (30, "the bucket keeps what is stored for 30 days, not 180"),
            (181, ""),
        ):
            ports = archived(world.ports, buckets.create(url, f"audit-{days}", days), access)
            assert archiving.tries(ports.settings).wrong == wrong
        play.opened(world)
        assert exporting.export(ports, at_once=True) == 1
        found = whole(ports)
        assert found.chunks == 1
        missing = archived(world.ports, "s3://nowhere", access)
        assert "does not take or give" in archiving.tries(missing.settings).wrong
