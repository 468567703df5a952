"""Writing down an impact assessment, which is an act."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from api.acts.ledger import Entry, record
from api.ports import Ports
from models import tables
from models.domain.console.act import ActKind
from models.domain.law.assessment import written


def write_down(
    ports: Ports, operator_id: str, document_sha256: str, purposes: Iterable[str]
) -> tables.Assessment:
    """Append an assessment, in force at once in the place of the one before; raises Invalid."""
    named = written(document_sha256, purposes)
    with ports.database.transaction() as db:
        row = tables.Assessment(
            id=ports.new_id("pia"),
            document_sha256=document_sha256,
            author=operator_id,
            purposes=[str(one) for one in named],
            at=ports.now(),
        )
        db.add(row)
        told = {"document_sha256": document_sha256, "purposes": ",".join(row.purposes)}
        record(ports, db, Entry(operator_id, ActKind.ASSESSED, row.id, told))
        return row


def history(ports: Ports) -> Sequence[tables.Assessment]:
    """Return every assessment, newest first."""
    with ports.database.reading() as db:
        return db.scalars(select(tables.Assessment).order_by(tables.Assessment.at.desc())).all()
