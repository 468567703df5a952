"""Console routes of one institution: registration, district, keys, suspension."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask import Response
from sqlalchemy import func, select

from api.acts.ledger import Entry, record
from api.admin import api_keys, institutions
from api.admin.institutions import Credentials
from api.console.guard import needs, see
from api.console.list_routes import console
from api.console.pages import me, page
from api.console.routes import field
from api.http.web import ports
from api.ports import Ports
from models import tables
from models.domain.attempt import Channel
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.errors import Absent, Malformed
from models.domain.provider import Provider

__all__ = ["console"]
OVERLAP = timedelta(hours=72)
T = TypeVar("T")


@console.get("/institutions/new")
@needs(Right.CHANGE_INSTITUTIONS)
def new_institution() -> Response:
    """Show the form that registers an institution."""
    return page("new_institution.html")


@console.post("/institutions")
@needs(Right.CHANGE_INSTITUTIONS)
def add_institution() -> Response:
    """Register an institution and show its credentials, which cannot be read again.

    Customers are verified by WeChat, and by our own camera on the staff's phones.
    """
    with ports().database.transaction() as db:
        inside, who = ports().within(db), me().operator_id
        usual = Provider.OWN if ports().settings.demo else Provider.WECHAT
        if field("sandbox"):
            given = institutions.add_sandbox(inside, field("name"))
        else:
            given = institutions.add_institution(inside, field("name"), provider=usual)
            institutions.set_provider(inside, given.institution_id, Provider.OWN, Channel.QR)
        if field("district"):
            institutions.set_district(inside, given.institution_id, field("district"))
        record(ports(), db, Entry(who, ActKind.INSTITUTION_ADDED, given.institution_id))
    return page("credentials.html", given=given, name=field("name"))


@console.get("/institutions/<string:institution_id>")
@needs(Right.SEE_INSTITUTIONS)
def institution(institution_id: str) -> Response:
    """Show one institution."""
    with ports().database.reading() as db:
        row = db.get(tables.Institution, institution_id)
        if row is None:
            raise Absent("no such institution")
        staff = tables.Staff
        active = select(func.count()).where(staff.institution_id == row.id, staff.revoked_at.is_(None))
        return page(
            "institution.html",
            row=row,
            staff=db.scalar(active) or 0,
            two_keys=row.former_key_until is not None and row.former_key_until > ports().now(),
            may=me().may(Right.CHANGE_INSTITUTIONS),
        )


@console.post("/institutions/<string:institution_id>/district")
@needs(Right.CHANGE_INSTITUTIONS)
def set_district(institution_id: str) -> Response:
    """Set the institution's district."""
    district = field("district")
    _changed(
        institution_id,
        {"district": district},
        lambda inside: institutions.set_district(inside, institution_id, district),
    )
    return see("console.institution", institution_id=institution_id)


@console.post("/institutions/<string:institution_id>/state")
@needs(Right.CHANGE_INSTITUTIONS)
def set_suspended(institution_id: str) -> Response:
    """Suspend or resume the institution."""
    if field("state") not in ("suspended", "active"):
        raise Malformed("state")
    suspended = field("state") == "suspended"
    _changed(
        institution_id,
        {"state": field("state")},
        lambda inside: institutions.set_suspended(inside, institution_id, suspended),
    )
    return see("console.institution", institution_id=institution_id)


@console.post("/institutions/<string:institution_id>/key")
@needs(Right.CHANGE_INSTITUTIONS)
def change_key(institution_id: str) -> Response:
    """Show a new API key beside the old one for 72 hours, or new credentials that replace all old ones."""
    if field("how") not in ("beside", "replace"):
        raise Malformed("how")
    beside, told = field("how") == "beside", {"key": field("how")}
    given = _changed(
        institution_id,
        told,
        lambda inside: (
            Credentials(institution_id, api_keys.add_key(inside, institution_id, OVERLAP), "")
            if beside
            else institutions.rotate_key(inside, institution_id)
        ),
    )
    return page("credentials.html", given=given, name=institution_id)


def _changed(institution_id: str, told: dict[str, str], action: Callable[[Ports], T]) -> T:
    """Change an institution and record the act in the same transaction."""
    with ports().database.transaction() as db:
        done = action(ports().within(db))
        record(ports(), db, Entry(me().operator_id, ActKind.INSTITUTION_CHANGED, institution_id, told))
        return done
