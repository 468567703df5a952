"""Console routes of the lists, as pages and as CSV."""

from flask import Response, request

from api.acts.ledger import Entry, record
from api.console.guard import needs
from api.console.lists import registry, table
from api.console.lists.table import Listed, Query
from api.console.pages import me, page
from api.console.policy_routes import console
from api.http.web import ports
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.errors import Forbidden, Malformed

__all__ = ["console"]
LONGEST = 200
ROW_ACTIONS = {
    "institutions": Right.CHANGE_INSTITUTIONS,
    "staff": Right.CHANGE_INSTITUTIONS,
    "deliveries": Right.CHANGE_INSTITUTIONS,
    "disputes": Right.JUDGE,
    "bindings": Right.CHANGE_SUBJECTS,
    "held": Right.SEE_CASES,
    "recoveries": Right.SEE_CASES,
    "requests": Right.CHANGE_SUBJECTS,
}


@console.get("/lists/<string:name>")
@needs(None)
def listed(name: str) -> Response:
    """Show a page of a list, filtered and sorted as the query says."""
    found, query = _allowed(name), _query()
    return page(
        "list.html",
        name=name,
        found=found,
        shown=table.read(ports(), found, query),
        given=table.given(found, query),
        order=table.order_of(found, query.sort),
        query=query,
        may=name in ROW_ACTIONS and me().may(ROW_ACTIONS[name]),
        may_add=me().may(Right.CHANGE_INSTITUTIONS),
    )


@console.get("/lists/<string:name>.csv")
@needs(None)
def listed_as_csv(name: str) -> Response:
    """Return a list's first rows, filtered and sorted, as CSV; an act."""
    found, query = _allowed(name), _query()
    told = {"filters": ",".join(f"{key}={value}" for key, value in table.given(found, query).items())}
    with ports().database.transaction() as db:
        record(ports(), db, Entry(me().operator_id, ActKind.LIST_EXPORTED, name, told))
    text = table.as_csv(found, table.read(ports(), found, query, table.MOST).rows)
    headers = {"Content-Disposition": f"attachment; filename={name}.csv", "Cache-Control": "no-store"}
    return Response(text, mimetype="text/csv", headers=headers)


def _query() -> Query:
    """Return filters, order and position of the request; raises Malformed above the length limit."""
    given = {key: value for key, value in request.args.items() if key not in ("sort", "after")}
    if any(len(value) > LONGEST or "\0" in value for value in request.args.values()):
        raise Malformed("query")
    return Query(given, request.args.get("sort", ""), request.args.get("after", ""))


def _allowed(name: str) -> Listed:
    """Return a list that this role may see; raises Absent, or Forbidden."""
    found = registry.of(name)
    if not me().may(found.right):
        raise Forbidden("this role may not do this")
    return found
