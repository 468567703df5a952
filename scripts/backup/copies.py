"""A backup in a folder: anchors, database, encrypted objects, and a manifest."""

import hashlib
import io
import json
import shutil
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
from scripts.backup import databases
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
    for file in _anchors(ports.settings):
        shutil.copyfile(file, folder / file.name)
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

    `by` names who restores, asked of the restored accounts; what it raises leaves the database empty again.
    Raises Failed for a changed backup or stores that are not empty.
    """
    kept = _read(folder)
    (database,) = (name for name in kept.files if name in (databases.SQLITE, databases.POSTGRES))
    databases.load(settings.database_url, folder / database)
    found = databases.counts(settings.database_url)
    wrong = [f"{name}: {found.get(name, 0)} rows of {count}" for name, count in kept.rows.items()
             if found.get(name, 0) != count]  # fmt: skip
    ports = build(settings)
    try:
        actor = _asked(ports, by)
        _restore_anchors(settings, folder, kept)
        unpacked = _unpack(ports, folder / OBJECTS)
        wrong += [f"{unpacked} objects of {kept.objects}"] if unpacked != kept.objects else []
        wrong += _audited(ports)
        _record(ports, kept, actor)
    finally:
        ports.database.dispose()
    return wrong


def _asked(ports: Ports, by: Callable[[Ports], str]) -> str:
    """Return who restores; empty the database again where nobody may."""
    try:
        return by(ports)
    except BaseException:
        ports.database.dispose()
        databases.clear(ports.settings.database_url)
        raise


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


def _anchors(settings: Settings) -> list[Path]:
    file = settings.anchor_file
    return [] if file is None else sorted(file.parent.glob(f"{file.stem}*{file.suffix}"))


def _restore_anchors(settings: Settings, folder: Path, kept: Manifest) -> None:
    """Restore the anchor file under this installation's name; existing anchors are kept beside it."""
    file = settings.anchor_file
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    for later in _anchors(settings):
        later.rename(later.with_name(f"{later.name}.before-restore"))
    for name in kept.files:
        if name.endswith(".jsonl"):
            ending = "-acts" if name.endswith("-acts.jsonl") else ""
            shutil.copyfile(folder / name, file.with_name(f"{file.stem}{ending}{file.suffix}"))


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
    if ports.objects.list(""):
        raise Failed("the object store is not empty: restore into a new one")
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
