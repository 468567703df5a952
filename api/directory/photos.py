"""Reference photos, encrypted with a key per person under the vault's key; without it no copy opens."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.vault import open_under, seal_under

# Older photos without a person's key begin as pictures do.
MARK = b"\0person\0"


def key_of(ports: Ports, db: Session, person_id: str) -> bytes:
    """Return a person's key, created at first use; concurrent calls create one."""
    row = tables.PersonKey
    found = db.get(row, person_id)
    if found is None:
        dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
        sealed = ports.vault.seal(f"person_key.key:{person_id}", ports.random.salt())
        first = dialect.insert(row).values(person_id=person_id, key=sealed, created_at=ports.now())
        db.execute(first.on_conflict_do_nothing())
        found = db.get_one(row, person_id, populate_existing=True)
    return ports.vault.open(f"person_key.key:{person_id}", found.key)


def put(ports: Ports, person_id: str, secret: bytes, key: str, photo: bytes) -> None:
    """Store a photo at `key`, encrypted with its person's key; raises StoreUnavailable."""
    ports.objects.put(key, _wrapped(person_id, secret, key, photo))


def take_over(ports: Ports, person_id: str, secret: bytes, key: str) -> bool:
    """Encrypt a photo that is stored without its person's key with it; return whether it was needed."""
    return ports.objects.rewrite(
        key, lambda kept: None if kept.startswith(MARK) else _wrapped(person_id, secret, key, kept)
    )


def _wrapped(person_id: str, secret: bytes, key: str, photo: bytes) -> bytes:
    return MARK + person_id.encode() + b"\0" + seal_under(secret, key, photo)


def get(ports: Ports, key: str) -> bytes:
    """Return a photo; raises KeyError where the photo or its person's key is deleted, or StoreUnavailable."""
    kept = ports.objects.get(key)
    if not kept.startswith(MARK):
        return kept
    person_id, _, sealed = kept.removeprefix(MARK).partition(b"\0")
    with ports.database.reading() as db:
        row = db.get(tables.PersonKey, person_id.decode())
    if row is None:
        raise KeyError(key)
    return open_under(ports.vault.open(f"person_key.key:{row.person_id}", row.key), key, sealed)
