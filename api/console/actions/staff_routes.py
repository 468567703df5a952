"""Console routes of staff, webhooks, bindings and disputes."""

from flask import Response, request

from api.acts.ledger import Entry, record
from api.admin import staff
from api.admin.staff import Member
from api.appeals import disputes
from api.appeals.disputes import Judge
from api.console.actions.institution_routes import console
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.routes import field
from api.contacts import bindings
from api.events import deliveries
from api.http.web import ports
from models import tables
from models.domain.agent import Finding
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.errors import Absent, Malformed
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.named import noted
from models.domain.shift import Duty, duty

__all__ = ["console"]


@console.get("/staff/new")
@needs(Right.CHANGE_INSTITUTIONS)
def new_staff() -> Response:
    """Show the form that registers a member of staff."""
    return page("staff.html", institution=request.args.get("institution", "")[:32], row=None)


@console.post("/staff")
@needs(Right.CHANGE_INSTITUTIONS)
def add_staff() -> Response:
    """Register a member of staff and show the code that binds their WeChat user, once."""
    member = Member(field("name"), None, _duty(), _document())
    with ports().database.transaction() as db:
        named = staff.add(ports().within(db), field("institution"), member)
        record(ports(), db, Entry(me().operator_id, ActKind.STAFF_ADDED, named.staff_id))
    return page("staff_code.html", named=named, name=field("name"))


@console.get("/staff/<string:staff_id>")
@needs(Right.CHANGE_INSTITUTIONS)
def staff_member(staff_id: str) -> Response:
    """Show a member's counters and shifts for editing."""
    with ports().database.reading() as db:
        row = db.get(tables.Staff, staff_id)
    if row is None:
        raise Absent("no such member of staff")
    return page("staff.html", institution=row.institution_id, row=row)


@console.post("/staff/<string:staff_id>")
@needs(Right.CHANGE_INSTITUTIONS)
def change_staff(staff_id: str) -> Response:
    """Replace a member's counters and shifts, effective at once."""
    with ports().database.transaction() as db:
        staff.change(ports().within(db), staff_id, _duty(), _document())
        record(ports(), db, Entry(me().operator_id, ActKind.STAFF_CHANGED, staff_id))
    return see("console.listed", name="staff")


@console.post("/staff/<string:staff_id>/remove")
@needs(Right.CHANGE_INSTITUTIONS)
def remove_staff(staff_id: str) -> Response:
    """Revoke a member's right to open an institution's codes."""
    with ports().database.transaction() as db:
        staff.remove(ports().within(db), staff_id)
        record(ports(), db, Entry(me().operator_id, ActKind.STAFF_REMOVED, staff_id))
    return see("console.listed", name="staff")


@console.post("/deliveries/<string:delivery_id>/resend")
@needs(Right.CHANGE_INSTITUTIONS)
def resend(delivery_id: str) -> Response:
    """Send a webhook again, with the same id."""
    with ports().database.transaction() as db:
        deliveries.resend_any(ports().within(db), delivery_id)
        record(ports(), db, Entry(me().operator_id, ActKind.WEBHOOK_RESENT, delivery_id))
    return see("console.listed", name="deliveries")


@console.post("/bindings/<string:binding_id>/revoke")
@needs(Right.CHANGE_SUBJECTS)
def revoke_binding(binding_id: str) -> Response:
    """Revoke a WeChat binding, with a reason."""
    told = {"why": noted(field("note"))}
    with ports().database.transaction() as db:
        bindings.revoke(ports(), db, binding_id)
        record(ports(), db, Entry(me().operator_id, ActKind.BINDING_REVOKED, binding_id, told))
    return see("console.listed", name="bindings")


@console.post("/disputes/<string:agency_id>")
@needs(Right.JUDGE)
def conclude_dispute(agency_id: str) -> Response:
    """Record the finding on a disputed purchase."""
    try:
        finding = Finding(field("finding"))
    except ValueError:
        raise Malformed("finding") from None
    disputes.conclude(ports(), agency_id, finding, Judge(me().operator_id, me().name), field("note"))
    return see("console.listed", name="disputes")


def _duty() -> Duty:
    """Return the duty in the form: one shift or counter per line."""
    return duty(_lines("shifts"), _lines("counters"))


def _lines(name: str) -> list[str]:
    return [line.strip() for line in field(name).splitlines() if line.strip()]


def _document() -> IdNumber | None:
    """Return the ID number in the form, None where it is empty."""
    typed = field("id_number")
    return idnumber.parse(IdType.RESIDENT, typed, ports().today()) if typed else None
