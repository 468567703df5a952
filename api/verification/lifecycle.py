"""The till's actions on a whole verification."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select, text
from sqlalchemy.orm import Session

from api.directory.identify import Named, identify
from api.outbound.addresses import check_url
from api.ports import Ports
from api.verification import case as cases
from api.verification.case import Case
from api.verification.record import Change, record
from models import tables
from models.domain import verification as rules
from models.domain.chain import GENESIS, canonical
from models.domain.errors import Absent, Conflict, Forbidden
from models.domain.verification import VerificationEvent, VerificationState
from models.vault import digest

_OWNER, _EARLIER = tables.Institution, tables.Verification
# An institution, and the order's verification that was not called off; built once, for every purchase asks.
_WHOSE = (
    select(_OWNER, _EARLIER.id)
    .outerjoin(
        _EARLIER,
        and_(
            _EARLIER.institution_id == _OWNER.id,
            _EARLIER.order_no == bindparam("order_no"),
            # As the unique index has it, which answers this.
            text("verification.state NOT IN ('cancelled', 'lapsed')"),
        ),
    )
    .where(_OWNER.id == bindparam("institution_id"))
)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A till's description of one purchase."""

    order_no: str
    amount_fen: int
    counter: str
    cashier: tuple[str, str]
    cardholder: Named
    credential: Mapping[str, str] | None = None
    notify_url: str | None = None


def create(ports: Ports, institution_id: str, purchase: Purchase) -> tuple[Case, str]:
    """Open a verification; return it with the popup's token, of which only the hash is stored."""
    with ports.database.transaction() as db:
        institution, earlier = db.execute(
            _WHOSE, {"institution_id": institution_id, "order_no": purchase.order_no}
        ).one()
        at_work(institution)
        if purchase.notify_url:
            check_url(purchase.notify_url, ports.settings.demo, institution.webhook_networks)
        if earlier is not None:
            _is_over(ports, db, earlier)
        holder = identify(ports, db, purchase.cardholder, institution_id, purchase.counter)
        popup = ports.random.token(32)
        row = _row(ports, institution_id, purchase, holder.person_id)
        row.popup_hash = digest(popup)
        db.add(row)
        record(ports, db, row, Change("verification.opened", private={"cashier": purchase.cashier[0]}))
        return Case(db, institution, row, []), popup


def at_work(institution: tables.Institution) -> None:
    """Raise Forbidden `institution_suspended` where an administrator has suspended the institution."""
    if institution.suspended_at is not None:
        raise Forbidden("this institution is suspended", code="institution_suspended")


def _is_over(ports: Ports, db: Session, earlier: str) -> None:
    """Raise Conflict when the order's earlier verification still counts."""
    case = cases.current(ports, db, earlier)
    if case.verification.state is not VerificationState.LAPSED:
        raise Conflict("this order already has a verification", code="order_exists")
    db.flush()


def _row(ports: Ports, institution_id: str, purchase: Purchase, cardholder_id: str) -> tables.Verification:
    """Return the new row with its sealed columns."""
    row_id, now, begun = ports.new_id("vrf"), ports.now(), rules.begin(ports.now())
    credential = canonical(purchase.credential) if purchase.credential else None
    return tables.Verification(
        id=row_id,
        institution_id=institution_id,
        order_no=purchase.order_no,
        amount_fen=purchase.amount_fen,
        counter=purchase.counter,
        cashier_id=purchase.cashier[0],
        cashier_name=ports.vault.seal(f"verification.cashier_name:{row_id}", purchase.cashier[1]),
        cardholder_id=cardholder_id,
        credential=ports.vault.seal(f"verification.credential:{row_id}", credential) if credential else None,
        notify_url=purchase.notify_url,
        state=begun.state,
        created_at=now,
        expires_at=begun.expires_at,
        last_seq=0,
        head=GENESIS,
    )


def get(ports: Ports, institution_id: str, verification_id: str) -> Case:
    """Return the institution's verification with expiries applied, or raise Absent."""
    case = cases.seen(ports, verification_id)
    return _own(case, institution_id)


def by_order(ports: Ports, institution_id: str, order_no: str) -> Case:
    """Return the newest verification of an order, or raise Absent."""
    with ports.database.reading() as db:
        found = db.scalar(
            select(tables.Verification.id)
            .where(tables.Verification.institution_id == institution_id)
            .where(tables.Verification.order_no == order_no)
            .order_by(tables.Verification.created_at.desc())
            .limit(1)
        )
    if found is None:
        raise Absent
    return get(ports, institution_id, found)


def locked(ports: Ports, db: Session, institution_id: str, verification_id: str) -> Case:
    """Return the institution's verification locked for an action, or raise Absent."""
    return _own(cases.current(ports, db, verification_id), institution_id)


def _own(case: Case, institution_id: str) -> Case:
    """Return the case if it is the institution's, else raise Absent."""
    if case.verification.institution_id != institution_id:
        raise Absent
    return case


def renew_popup(ports: Ports, institution_id: str, verification_id: str) -> str:
    """Return a new popup token; the previous one stops working."""
    with ports.database.transaction() as db:
        case = locked(ports, db, institution_id, verification_id)
        if not case.is_open:
            raise Conflict("this verification is over", code="verification_ended")
        token = ports.random.token(32)
        case.verification.popup_hash, case.verification.popup_holder = digest(token), None
        return token


def cancel(ports: Ports, institution_id: str, verification_id: str) -> Case:
    """Cancel the verification; idempotent."""
    with ports.database.transaction() as db:
        case = locked(ports, db, institution_id, verification_id)
        if case.verification.state is not VerificationState.CANCELLED:
            cases.end(ports, case, VerificationEvent.CANCEL)
        return case
