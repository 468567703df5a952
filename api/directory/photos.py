"""Reference photos, encrypted with a key per person under the vault's key; without it no copy opens."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.vault import Ciphers, open_under, seal_under

# Older photos without a person's key begin as pictures do.
MARKS = {Ciphers.INTERNATIONAL: b"\0person\0", Ciphers.SM: b"\0person/sm4\0"}


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
    ports.objects.put(key, _wrapped(ports, person_id, secret, key, photo))


def take_over(ports: Ports, person_id: str, secret: bytes, key: str) -> bool:
    """Encrypt a photo that is stored without its person's key with it; return whether it was needed."""
    return ports.objects.rewrite(
        key, lambda kept: None if _marked(kept) else _wrapped(ports, person_id, secret, key, kept)
    )


def _wrapped(ports: Ports, person_id: str, secret: bytes, key: str, photo: bytes) -> bytes:
    ciphers = ports.vault.ciphers
    return MARKS[ciphers] + person_id.encode() + b"\0" + seal_under(secret, key, photo, ciphers)


def _marked(kept: bytes) -> Ciphers | None:
    """Return what a photo is encrypted with under its person's key; None for one without."""
    return next((ciphers for ciphers, mark in MARKS.items() if kept.startswith(mark)), None)


def get(ports: Ports, key: str) -> bytes:
    """Return a photo; raises KeyError where the photo or its person's key is deleted, or StoreUnavailable."""
    kept = ports.objects.get(key)
    ciphers = _marked(kept)
    return kept if ciphers is None else _opened(ports, key, kept, ciphers)[2]


def renewed(ports: Ports, key: str, kept: bytes) -> bytes:
    """Return a photo encrypted under its person's key with the ciphers in force; all else unchanged.

    Raises CannotOpen.
    """
    ciphers = _marked(kept)
    if ciphers is None or ciphers is ports.vault.ciphers:
        return kept
    try:
        person_id, secret, photo = _opened(ports, key, kept, ciphers)
    except KeyError:
        return kept
    return _wrapped(ports, person_id, secret, key, photo)


def _opened(ports: Ports, key: str, kept: bytes, ciphers: Ciphers) -> tuple[str, bytes, bytes]:
    """Return the person's id, their key and the photo; raises KeyError where the key is deleted."""
    head, _, sealed = kept.removeprefix(MARKS[ciphers]).partition(b"\0")
    person_id = head.decode()
    with ports.database.reading() as db:
        row = db.get(tables.PersonKey, person_id)
    if row is None:
        raise KeyError(key)
    secret = ports.vault.open(f"person_key.key:{person_id}", row.key)
    return person_id, secret, open_under(secret, key, sealed, ciphers)
