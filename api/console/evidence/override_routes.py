"""Console routes of overrides: the list and actions on one."""

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from flask import Response, request
from sqlalchemy import select

from api.console import accounts
from api.console.downloads import download
from api.console.guard import needs, see
from api.console.labels import FIELDS
from api.console.lists.table import minute
from api.console.pages import me, page
from api.console.release_routes import active, changes, console
from api.console.routes import field
from api.http.web import ports
from api.policies import overriding
from api.ports import CHINA
from api.releases import overriding as overrides
from api.releases import proposing
from api.releases.overriding import Wanted
from models import tables
from models.domain.console.operator import Right
from models.domain.errors import Absent, Invalid
from models.domain.release.overrides import AGES, LONGEST, Place
from models.domain.release.overrides import FIELDS as ALLOWED
from models.vault import CannotOpen

__all__ = ["console"]


@console.get("/overrides")
@needs(Right.SEE_POLICIES)
def overrides_list() -> Response:
    """Show the overrides, newest first."""
    with ports().database.reading() as db:
        rows = overriding.all_of(db)
        names = {row.id: row.name for row in accounts.everybody(db)}
        shop = tables.Institution
        shops = {row.id: row.name for row in db.execute(select(shop.id, shop.name).order_by(shop.name))}
        districts = sorted(filter(None, db.scalars(select(shop.district).distinct())))
    return page(
        "overrides.html",
        rows=[(row, _reason(row), _state(row)) for row in rows],
        names=names,
        shops=shops,
        places={
            Place.DISTRICT: {one: one for one in districts},
            Place.INSTITUTION: shops,
            Place.AGE_BAND: {one: one for one in AGES},
        },
        allowed={name: FIELDS[name] for name in ALLOWED},
        before=active().to_json(),
        latest=(ports().now() + LONGEST).astimezone(CHINA).date() - timedelta(days=1),
        Right=Right,
    )


@console.get("/overrides.csv")
@needs(Right.SEE_POLICIES)
def overrides_csv() -> Response:
    """Return the overrides as CSV, newest first."""
    with ports().database.reading() as db:
        rows = overriding.all_of(db)
        names = {row.id: row.name for row in accounts.everybody(db)}
    header = ["override", "place", "key", "changes", "reason", "state", "proposer", "proposed_at", "approver",
              "approved_at", "ends_at", "ended_by", "ended_at"]  # fmt: skip
    return download("overrides", [header, *(_cells(row, names) for row in rows)])


def _cells(row: tables.PolicyOverride, names: Mapping[str, str]) -> list[object]:
    who = [names.get(one, one) if one else "" for one in (row.proposer, row.approver, row.ended_by)]
    when = [minute(at) for at in (row.proposed_at, row.approved_at, row.ends_at, row.ended_at)]
    own = [
        row.id,
        row.place,
        row.key,
        json.dumps(row.changes),
        _reason(row),
        _state(row),
    ]
    return [*own, who[0], when[0], who[1], when[1], when[2], who[2], when[3]]


@console.post("/overrides")
@needs(Right.PROPOSE)
def propose_override() -> Response:
    """Propose an override of the policy in force."""
    place, _, key = field("where").partition("=")
    if place not in list(Place):
        raise Invalid("no such place", code="override_invalid")
    given = changes(request.form, active())
    overrides.propose(ports(), me().operator_id, Wanted(Place(place), key, given, _end(), field("reason")))
    return see("console.overrides_list")


@console.post("/overrides/<string:override_id>/approve")
@needs(Right.APPROVE)
def approve_override(override_id: str) -> Response:
    """Approve another operator's override."""
    overrides.approve(ports(), me().operator_id, override_id)
    return see("console.overrides_list")


@console.post("/overrides/<string:override_id>/<string:action>")
@needs(Right.PROPOSE)
def change_override(override_id: str, action: str) -> Response:
    """End an override, or withdraw a proposal."""
    if action != "end":
        raise Absent("no such action")
    overrides.end(ports(), me().operator_id, override_id, field("reason"))
    return see("console.overrides_list")


def _end() -> datetime:
    """Return the end of the requested day in China Standard Time; raises Invalid `override_end`."""
    try:
        day = datetime.strptime(field("ends"), "%Y-%m-%d").date()  # noqa: DTZ007
        return datetime.combine(day, time.max, CHINA)
    except (ValueError, OverflowError):
        raise Invalid("an override has an end", code="override_end") from None


def _reason(row: tables.PolicyOverride) -> str:
    """Return why an override was proposed, or that this cannot be read any more."""
    try:
        return overrides.reason_of(ports(), row)
    except CannotOpen:
        return "（理由被改动，打不开）"


def _state(row: tables.PolicyOverride) -> str:
    """Return the Chinese name of an override's state."""
    now = ports().now()
    if row.ended_at is not None:
        return "已结束"
    if now >= row.ends_at or (row.approved_at is None and now >= row.proposed_at + proposing.EVIDENCE):
        return "已到期"
    if not overriding.is_whole(ports(), row):
        return "记录被改动，不生效"
    return "生效中" if row.approved_at else "待批准"
