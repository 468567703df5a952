"""A backup in a folder: anchors, database, encrypted objects, and a manifest."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from api.acts import checking, ledger
from api.acts.ledger import Entry
from api.admin import audit
from api.composition import build
from api.facts import checking as facts
from api.ports import Ports
from api.settings import Settings
from models import migrate, tables
from models.domain.console.act import ActKind
from scripts.backup import anchors, databases
from scripts.backup.databases import Failed

MANIFEST, OBJECTS = "manifest.json", "objects.tar"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """Contents of a backup: start time, schema, rows by table, number of objects, file digests."""

    at: str
    schema: str | None
    rows: dict[str, int]
    objects: int
    files: dict[str, str]


def save(ports: Ports, folder: Path) -> Manifest:
    """Back up a running installation to a new folder; raises Failed or FileExistsError.

    Anchors are copied first, so that none refers to an event missing from the database copy; objects last, so
    that only those deleted meanwhile can be missing.
    """
    folder.mkdir(mode=0o700, parents=True)
    at = ports.now().isoformat()
    anchors.save(ports.settings, folder)
    _, rows = databases.save(ports.settings.database_url, folder)
    count = _pack(ports, folder / OBJECTS)
    files = {one.name: _digest(one) for one in sorted(folder.iterdir())}
    made = Manifest(at, migrate.current(ports.settings.database_url), rows, count, files)
    (folder / MANIFEST).write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
    return made


def verify(ports: Ports, folder: Path, scratch: str | None = None) -> list[str]:
    """Restore a backup into temporary stores and audit it; return what is wrong with it.

    `scratch` is the URL of an empty PostgreSQL database, which SQLite does not need.
    """
    with TemporaryDirectory(prefix="yibao-verify-") as place:
        changed = {
            "database_url": scratch or f"sqlite:///{place}/database.sqlite",
            "objects_url": f"file://{place}/objects",
            "anchor_file": Path(place) / "anchors.jsonl",
        }
        return restore(ports.settings.model_copy(update=changed), folder, by=lambda _: "verification")


def restore(settings: Settings, folder: Path, *, by: Callable[[Ports], str]) -> list[str]:
    """Restore a backup into an installation with empty stores, and record the gap; return what is wrong.

    `by` names who restores, asked of the restored accounts; whatever raises leaves the database empty again.
    Raises Failed for a changed backup, one that another release has to restore, or stores that are not empty.
    """
    kept = _read(folder)
    _check_schema(kept)
    (database,) = (name for name in kept.files if name in (databases.SQLITE, databases.POSTGRES))
    databases.load(settings.database_url, folder / database)
    found = databases.counts(settings.database_url)
    wrong = [f"{name}: {found.get(name, 0)} rows of {count}" for name, count in kept.rows.items()
             if found.get(name, 0) != count]  # fmt: skip
    try:
        return wrong + _filled(settings, folder, kept, by)
    except BaseException:
        databases.clear(settings.database_url)
        raise


def _filled(settings: Settings, folder: Path, kept: Manifest, by: Callable[[Ports], str]) -> list[str]:
    """Restore anchors and objects beside a loaded database, and record the gap; return what is wrong."""
    ports = build(settings)
    try:
        actor = by(ports)
        if ports.objects.list(""):
            raise Failed("the object store is not empty: restore into a new one")
        anchors.restore(settings, folder, kept.files)
        unpacked = _unpack(ports, folder / OBJECTS)
        wrong = [f"{unpacked} objects of {kept.objects}"] if unpacked != kept.objects else []
        wrong += _audited(ports)
        _record(ports, kept, actor)
    finally:
        ports.database.dispose()
    return wrong


def _check_schema(kept: Manifest) -> None:
    """Refuse a copy whose schema this program does not know, before anything is written."""
    try:
        migrate.check_revision(kept.schema)
    except migrate.SchemaBehind as error:
        raise Failed(
            "备份来自另一版本，请用做备份的那个版本恢复，再升级 / "
            f"the copy has schema {error.found}, this program needs {error.needed}: "
            "restore it with the release that made it, then upgrade"
        ) from None


def manifest(folder: Path) -> Manifest:
    """Return what a backup says of itself."""
    return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def _read(folder: Path) -> Manifest:
    """Return the manifest after verifying the digest of every file."""
    kept = manifest(folder)
    for name, digest in kept.files.items():
        file = folder / name
        if not file.is_file() or _digest(file) != digest:
            raise Failed(f"{name} of the copy is missing or was changed")
    return kept


def _pack(ports: Ports, file: Path) -> int:
    """Write every encrypted object; return how many. Objects deleted meanwhile are skipped."""
    count = 0
    with tarfile.open(file, "w") as packed:
        for key in ports.objects.list(""):
            try:
                sealed = ports.objects.sealed(key)
            except KeyError:
                continue
            entry = tarfile.TarInfo(key)
            entry.size = len(sealed)
            packed.addfile(entry, io.BytesIO(sealed))
            count += 1
    return count


def _unpack(ports: Ports, file: Path) -> int:
    """Restore every encrypted object; return how many."""
    count = 0
    with tarfile.open(file) as packed:
        for entry in packed:
            content = packed.extractfile(entry)
            if content is not None:
                ports.objects.put_sealed(entry.name, content.read())
                count += 1
    return count


def _audited(ports: Ports) -> list[str]:
    """Return the records that fail the audit."""
    events, acts, decided = audit.check(ports), checking.check(ports), facts.check(ports)
    whole = {"events": events.is_whole, "acts": acts.is_whole, "facts": decided.is_whole}
    return [f"audit of {name}: not whole" for name, is_whole in whole.items() if not is_whole]


def _record(ports: Ports, kept: Manifest, by: str) -> None:
    """Record the time from which something may be missing."""
    with ports.database.transaction() as db:
        last = db.scalar(select(tables.Event.id).order_by(tables.Event.id.desc()).limit(1)) or 0
        gap = {"from": kept.at, "until": ports.now().isoformat(), "last_event": str(last)}
        ledger.record(ports, db, Entry(by, ActKind.RESTORED, subject=kept.at, private=gap))


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while some := content.read(CHUNK):
            digest.update(some)
    return digest.hexdigest()
