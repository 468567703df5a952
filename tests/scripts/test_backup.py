"""A copy under load, restored elsewhere: audited, counted, and the gap on record."""

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from api.acts import checking, ledger
from api.admin import audit
from api.composition import build
from api.console import accounts
from api.ports import Ports
from api.settings import Settings
from matcher.local import LocalMatcher
from models import migrate, tables
from models.domain.console.act import ActKind
from models.domain.console.operator import Role
from scripts import __main__ as yibao
from scripts.admin import setting
from scripts.backup import copies, databases
from scripts.backup.databases import Failed
from tests.support import play
from tests.support import world as worlds
from tests.support.console import PASSWORD, token
from tests.support.postgres import Postgres
from tests.support.world import World, purchase

# The next code: that of now was used when the account was set up.
STEP = timedelta(seconds=30)


def elsewhere(world: World, folder: Path, url: str | None = None) -> Settings:
    """Return the settings of an installation with empty stores and the same keys."""
    changed = {
        "database_url": url or f"sqlite:///{folder}/restored.sqlite",
        "objects_url": f"file://{folder}/restored-objects",
        "anchor_file": folder / "restored/anchors.jsonl",
    }
    return world.ports.settings.model_copy(update=changed)


class Till(threading.Thread):
    """A till that opens purchases for as long as somebody copies."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world, self._over = world, threading.Event()
        self.opened = 0

    def run(self) -> None:
        client = self._world.till()
        while not self._over.is_set():
            answer = client.post("/v1/verifications", json=purchase(order_no=f"L-{self.opened}"))
            self.opened += answer.status_code == 201
            audit.write(self._world.ports)

    def __enter__(self) -> "Till":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def copied_under_load(world: World, folder: Path) -> tuple[copies.Manifest, Till]:
    world.ports.objects.put("photos/kept", b"picture")
    audit.write(world.ports)
    with Till(world) as till:
        while till.opened < 3:
            till.join(0.01)
        made = copies.save(world.ports, folder)
    return made, till


def check_restored(settings: Settings, made: copies.Manifest, ports: Ports) -> None:
    found = databases.counts(settings.database_url)
    assert found.pop("act") == made.rows["act"] + 1
    assert {name: count for name, count in made.rows.items() if name != "act"} == found
    with ports.database.reading() as db:
        gap = db.scalars(select(tables.Act).where(tables.Act.kind == ActKind.RESTORED)).one()
        told = ledger.private_of(ports, gap)
        newest = db.scalars(select(tables.Event.id).order_by(tables.Event.id.desc()).limit(1)).one()
    assert told["from"] == made.at <= told["until"] and told["last_event"] == str(newest)
    assert audit.check(ports).is_whole and checking.check(ports).is_whole
    assert ports.objects.get("photos/kept") == b"picture"


def test_a_copy_under_load_is_restored_elsewhere_whole_with_the_gap_on_record(
    world: World, tmp_path: Path
) -> None:
    made, till = copied_under_load(world, tmp_path / "copy")
    assert made.rows["verification"] >= 3 and till.opened >= 3
    assert copies.verify(world.ports, tmp_path / "copy") == []
    settings = elsewhere(world, tmp_path)
    assert copies.restore(settings, tmp_path / "copy", by=lambda _: "王工") == []
    ports = build(settings)
    check_restored(settings, made, ports)
    ports.database.dispose()
    # What is there is never written over.
    with pytest.raises(Failed, match="not empty"):
        copies.restore(settings, tmp_path / "copy", by=lambda _: "王工")


@pytest.mark.postgres
def test_postgresql_is_dumped_in_the_snapshot_that_was_counted(
    postgres: Postgres, tmp_path: Path, matcher: LocalMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres.programs}:{os.environ['PATH']}")
    with postgres.database() as url, postgres.database() as scratch, postgres.database() as other:
        worlds.populate(tmp_path, matcher, url)
        world = worlds.composed(tmp_path, worlds.compose(tmp_path, matcher, seed=2, url=url))
        made, _ = copied_under_load(world, tmp_path / "copy")
        assert copies.verify(world.ports, tmp_path / "copy", scratch) == []
        settings = elsewhere(world, tmp_path, other)
        assert copies.restore(settings, tmp_path / "copy", by=lambda _: "王工") == []
        ports = build(settings)
        check_restored(settings, made, ports)
        ports.database.dispose()
        world.app.extensions["feed"].close()
        world.ports.database.dispose()


def test_a_copy_that_was_changed_is_refused_before_anything_is_written(world: World, tmp_path: Path) -> None:
    copies.save(world.ports, tmp_path / "copy")
    with (tmp_path / "copy/objects.tar").open("ab") as file:
        file.write(b"x")
    with pytest.raises(Failed, match=r"objects\.tar"):
        copies.restore(elsewhere(world, tmp_path), tmp_path / "copy", by=lambda _: "王工")
    assert not (tmp_path / "restored.sqlite").exists()


def test_a_copy_of_another_release_names_the_way_and_writes_nothing(world: World, tmp_path: Path) -> None:
    copies.save(world.ports, tmp_path / "copy")
    manifest = tmp_path / "copy" / copies.MANIFEST
    older = json.loads(manifest.read_text(encoding="utf-8")) | {"schema": "0001"}
    manifest.write_text(json.dumps(older), encoding="utf-8")
    with pytest.raises(Failed, match="schema 0001.*the release that made it"):
        copies.restore(elsewhere(world, tmp_path), tmp_path / "copy", by=lambda _: "王工")
    assert not (tmp_path / "restored.sqlite").exists()


def test_an_object_store_in_use_stays_as_it_is_and_the_database_empty(world: World, tmp_path: Path) -> None:
    copies.save(world.ports, tmp_path / "copy")
    settings = elsewhere(world, tmp_path)
    (tmp_path / "restored-objects").mkdir()
    (tmp_path / "restored-objects/kept").write_bytes(b"x")
    with pytest.raises(Failed, match="not empty"):
        copies.restore(settings, tmp_path / "copy", by=lambda _: "王工")
    assert [file.name for file in (tmp_path / "restored-objects").iterdir()] == ["kept"]
    assert migrate.current(settings.database_url) is None


def test_later_anchors_are_kept_beside_the_restored_ones(world: World, tmp_path: Path) -> None:
    audit.write(world.ports)
    copies.save(world.ports, tmp_path / "copy")
    settings = elsewhere(world, tmp_path)
    assert settings.anchor_file is not None
    settings.anchor_file.parent.mkdir()
    settings.anchor_file.write_text("later", encoding="utf-8")
    assert copies.restore(settings, tmp_path / "copy", by=lambda _: "王工") == []
    kept = settings.anchor_file.with_name("anchors.jsonl.before-restore")
    assert kept.read_text(encoding="utf-8") == "later"


def test_the_command_copies_into_a_new_folder_only_and_audits_what_it_wrote(
    installed: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play.opened(installed)
    yibao.main(["backup", str(tmp_path / "copy")])
    assert "restored and audited" in capsys.readouterr().out
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    with pytest.raises(SystemExit):
        yibao.main(["backup", str(tmp_path / "copy")])
    with pytest.raises(SystemExit) as full:
        yibao.main(["restore", str(tmp_path / "copy")])
    assert "not empty" in str(full.value.code)


def test_only_an_administrator_of_the_copy_restores_it(
    installed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, role in (("anna", Role.REVIEWER), ("chief", Role.ADMINISTRATOR)):
        token(setting.ports(), name, role)
    copies.save(installed.ports, tmp_path / "copy")
    settings = elsewhere(installed, tmp_path)
    for name in ("database_url", "objects_url", "anchor_file"):
        monkeypatch.setenv(f"YIBAO_{name.upper()}", str(getattr(settings, name)))

    def restored(name: str, password: str = PASSWORD) -> Result:
        with installed.ports.database.reading() as db:
            codes = accounts.secret_of(installed.ports, db.query(tables.Operator).filter_by(name=name).one())
        typed = f"{name}\n{password}\n{codes.at(datetime.now(UTC) + STEP)}\n"
        return CliRunner().invoke(yibao.yibao, ["restore", str(tmp_path / "copy")], input=typed)

    assert "sign_in_refused" in restored("chief", "another password").output
    assert "forbidden" in restored("anna").output
    assert databases.is_empty(settings.database_url)
    assert restored("chief").exit_code == 0
    ports = build(settings)
    with ports.database.reading() as db:
        gap = db.scalars(select(tables.Act).where(tables.Act.kind == ActKind.RESTORED)).one()
        assert db.get_one(tables.Operator, gap.actor).name == "chief"
    ports.database.dispose()
