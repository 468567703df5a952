"""Idempotency keys: the effect of a request and its stored response commit in one transaction."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from api.http.problems import from_refusal
from api.ports import Ports
from models import tables
from models.base import Base
from models.domain.errors import Conflict, Malformed, Refusal
from models.domain.retention import IDEMPOTENT_ANSWERS

# PostgreSQL's SQLSTATE lock_not_available.
LOCK_NOT_AVAILABLE = "55P03"

# Built once, because every purchase asks; the table itself, because no row is kept in the session.
_TABLE = Base.metadata.tables["idempotency"]
_CLAIMING = {
    name: insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.status)
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}
_STORING = (
    update(_TABLE)
    .where(_TABLE.c.institution_id == bindparam("of"))
    .where(_TABLE.c.path == bindparam("at"), _TABLE.c.key == bindparam("under"))
)


@dataclass(frozen=True, slots=True)
class Request:
    """A repeatable request: institution, path, idempotency key and body."""

    institution_id: str
    path: str
    key: str
    body: bytes

    def __post_init__(self) -> None:
        """Refuse keys that are not 1–128 printable ASCII characters."""
        if not 1 <= len(self.key) <= 128 or not (self.key.isascii() and self.key.isprintable()):
            raise Malformed("Idempotency-Key is 1–128 ASCII characters")

    @property
    def row(self) -> tuple[str, str, str]:
        """Return the primary key of the stored answer."""
        return self.institution_id, self.path, self.key

    @property
    def place(self) -> str:
        """Return the associated data that the stored response is sealed with."""
        return f"idempotency.answer:{hashlib.sha256(repr(self.row).encode()).hexdigest()}"

    @property
    def digest(self) -> str:
        """Return the hash by which bodies are compared."""
        return hashlib.sha256(self.body).hexdigest()


def once(ports: Ports, request: Request, action: Callable[[Ports], Response]) -> Response:
    """Return the stored response, or run the action and store its response with its effect.

    The action gets ports bound to the transaction that stores its response.

    Raises Conflict `key_reused` for a different body and `in_progress` while the first request runs.
    A server error stores nothing.
    """
    try:
        with ports.database.transaction() as db:
            stored = _claim(ports, db, request)
            if stored is not None:
                return stored
            answer = action(ports.within(db))
            _store(ports, db, request, answer)
            return answer
    except Refusal as refusal:
        return _store_refusal(ports, request, from_refusal(refusal))
    except (IntegrityError, OperationalError) as error:
        return _after_a_race(ports, request, error)


def _claim(ports: Ports, db: Session, request: Request) -> Response | None:
    """Return the stored response, or claim the key; others that use it now wait for our commit."""
    claim, claiming = _row(ports, request, 0, b""), _CLAIMING[db.get_bind().dialect.name]
    if db.execute(claiming, claim).first() is not None:
        return None
    row = db.get_one(tables.Idempotency, request.row)
    if row.answer and ports.now() < row.created_at + IDEMPOTENT_ANSWERS:
        return _replay(ports, request, row)
    db.delete(row)
    db.flush()
    db.execute(claiming, claim)
    return None


def _row(ports: Ports, request: Request, status: int, answer: bytes) -> dict[str, object]:
    """Return the values of a row."""
    institution_id, path, key = request.row
    return {
        "institution_id": institution_id,
        "path": path,
        "key": key,
        "body_sha256": request.digest,
        "status": status,
        "answer": answer,
        "created_at": ports.now(),
    }


def _replay(ports: Ports, request: Request, row: tables.Idempotency) -> Response:
    """Return the stored response; raise Conflict `key_reused` for a different body."""
    if row.body_sha256 != request.digest:
        raise Conflict("this key was used with another body", code="key_reused")
    stored = json.loads(ports.vault.text(request.place, row.answer))
    answer = Response(stored["body"], row.status, mimetype=stored["type"])
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _sealed(ports: Ports, request: Request, answer: Response) -> bytes:
    """Return the response encrypted and bound to its key."""
    document = json.dumps({"body": answer.get_data(as_text=True), "type": answer.mimetype})
    return ports.vault.seal(request.place, document)


def _store(ports: Ports, db: Session, request: Request, answer: Response) -> None:
    """Store the response in the action's transaction."""
    institution_id, path, key = request.row
    whose = {"of": institution_id, "at": path, "under": key}
    db.execute(_STORING, whose | {"status": answer.status_code, "answer": _sealed(ports, request, answer)})


def _store_refusal(ports: Ports, request: Request, answer: Response) -> Response:
    """Store a refusal; a crash before this leaves at most a claim without a response, which is ignored.

    A refusal that must persist its effect (such as a counted failure) has already committed the claim.
    """
    if answer.status_code >= 500 or answer.status_code == 429:
        return answer
    with ports.database.transaction() as db:
        found = db.get(tables.Idempotency, request.row)
        if found is None:
            row = _row(ports, request, answer.status_code, _sealed(ports, request, answer))
            db.add(tables.Idempotency(**row))
        elif not found.answer:
            found.status, found.answer = answer.status_code, _sealed(ports, request, answer)
    return answer


def _after_a_race(ports: Ports, request: Request, error: Exception) -> Response:
    """Return the response of the concurrent request, or raise Conflict `in_progress` while it runs."""
    with ports.database.reading() as db:
        row = db.get(tables.Idempotency, request.row)
        if row is not None and row.answer:
            return _replay(ports, request, row)
    if row is not None or _waited_for_a_claim(error):
        raise Conflict("the first request with this key is still running", code="in_progress")
    raise error


def _waited_for_a_claim(error: Exception) -> bool:
    """Tell whether the error is PostgreSQL's lock timeout on another request's claim."""
    if not isinstance(error, OperationalError) or "idempotency" not in (error.statement or ""):
        return False
    return getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
