"""Console routes of the lists and of the actions on their rows."""

from flask import Response, request

from api.acts.ledger import Entry, record
from api.admin import staff
from api.appeals import disputes
from api.appeals.disputes import Judge
from api.console import lists
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.policy_routes import console
from api.console.routes import field
from api.http.web import ports
from models.domain.agent import Finding
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.errors import Forbidden, Malformed

__all__ = ["console"]
FARTHEST = 10_000


@console.get("/lists/<string:name>")
@needs(None)
def listed(name: str) -> Response:
    """Show a page of a list."""
    found, number = _allowed(name), max(0, min(request.args.get("page", 0, type=int), FARTHEST))
    rows = lists.rows(ports(), name, (number * lists.PAGE, lists.PAGE))
    more = len(rows) == lists.PAGE
    rights = {
        "staff": me().may(Right.CHANGE_INSTITUTIONS),
        "disputes": me().may(Right.JUDGE),
    }
    return page(
        "list.html", name=name, found=found, rows=rows, number=number, more=more, may=rights.get(name, False)
    )


@console.get("/lists/<string:name>.csv")
@needs(None)
def listed_as_csv(name: str) -> Response:
    """Return the first rows of a list as CSV; recorded as an act."""
    found = _allowed(name)
    with ports().database.transaction() as db:
        record(ports(), db, Entry(me().operator_id, ActKind.LIST_EXPORTED, name))
    text = lists.as_csv(found.columns, lists.rows(ports(), name, (0, lists.MOST)))
    headers = {"Content-Disposition": f"attachment; filename={name}.csv", "Cache-Control": "no-store"}
    return Response(text, mimetype="text/csv", headers=headers)


@console.post("/staff/<string:staff_id>/remove")
@needs(Right.CHANGE_INSTITUTIONS)
def remove_staff(staff_id: str) -> Response:
    """Revoke a member of staff's right to open an institution's codes."""
    with ports().database.transaction() as db:
        staff.remove(ports().within(db), staff_id)
        record(ports(), db, Entry(me().operator_id, ActKind.STAFF_REMOVED, staff_id))
    return see("console.listed", name="staff")


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


def _allowed(name: str) -> lists.Listed:
    """Return a list that this role may see; raises Absent or Forbidden."""
    found = lists.of(name)
    if not me().may(found.right):
        raise Forbidden("this role may not do this")
    return found
