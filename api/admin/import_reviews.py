"""Records decisions of an account on held photos as acts."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.acts import impartial
from api.acts.ledger import Entry, record
from api.directory import batches, file_deletion, held
from api.directory.batches import Progress
from api.directory.gallery import Gallery
from api.directory.held import Ruling
from api.ports import Ports
from models import tables
from models.domain.console.act import ActKind
from models.domain.identity.held import HeldState
from models.domain.named import noted


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and the account that makes it."""

    operator_id: str
    ruling: Ruling


def decide(ports: Ports, held_id: str, decided: Decided) -> HeldState:
    """Accept or refuse one photo, recorded as an act.

    Raises what `held.decide` raises, and Forbidden `not_impartial` for one's own or one's family's photo.
    """
    with ports.database.transaction() as db:
        row = db.get(tables.HeldPhoto, held_id)
        impartial.require(db, decided.operator_id, (row.person_id,) if row else ())
        state = held.settle(ports, db, held_id, decided.ruling, Gallery(ports))
        record(ports, db, _entry(held_id, decided))
    file_deletion.delete_due(ports)
    return state


def decide_all(
    ports: Ports, import_id: str, decided: Decided, progress: Progress = lambda parts, _: parts
) -> int:
    """Accept or refuse a whole import; return how many photos. The act is recorded before the first."""
    noted(decided.ruling.why)
    with ports.database.transaction() as db:
        impartial.require_for_import(db, decided.operator_id, import_id)
        record(ports, db, _entry(import_id, decided))
    return batches.decide_all(ports, import_id, decided.ruling, progress)


def looked(ports: Ports, operator_id: str, shown: Iterable[tuple[str, str]], why: str) -> None:
    """Record that an account views held photos and sheets (subject, kind), an act for each."""
    reason = noted(why)
    with ports.database.transaction() as db:
        for subject, picture in shown:
            told = {"picture": picture, "why": reason}
            record(ports, db, Entry(operator_id, ActKind.PHOTO_OPENED, subject, told))


def imported(ports: Ports, actor: str, files: Mapping[str, bytes]) -> None:
    """Record that an account, or the command line, imports files; the act keeps their SHA-256."""
    told = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with ports.database.transaction() as db:
        record(ports, db, Entry(actor, ActKind.PEOPLE_IMPORTED, None, told))


def _entry(subject: str, decided: Decided) -> Entry:
    ruling = decided.ruling
    finding = "twins" if ruling.accept and ruling.twins else "accepted" if ruling.accept else "refused"
    return Entry(decided.operator_id, ActKind.HELD_DECIDED, subject, {"finding": finding, "why": ruling.why})
