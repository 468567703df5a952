"""Console routes of recoveries and of the reviewers' quality figures."""

from flask import Response, request

from api.appeals import quality, recovering
from api.console.appeal_routes import console
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.routes import field
from api.http.web import ports
from models.domain.console.operator import Right
from models.domain.console.recovery import RecoveryState, moves
from models.domain.errors import Malformed

__all__ = ["console"]


@console.get("/recoveries")
@needs(Right.SEE_CASES)
def recoveries() -> Response:
    """Show a page of recoveries after rejected appeals, newest first."""
    number = max(0, min(request.args.get("page", 0, type=int), 10_000))
    rows = recovering.listed(ports(), number)
    return page(
        "recoveries.html",
        rows=rows,
        number=number,
        more=len(rows) == recovering.PAGE,
        moves=moves,
        may=me().may(Right.RECOVER),
    )


@console.post("/recoveries/<string:recovery_id>")
@needs(Right.RECOVER)
def move_recovery(recovery_id: str) -> Response:
    """Change a recovery's state."""
    try:
        target = RecoveryState(field("state"))
    except ValueError:
        raise Malformed("state") from None
    recovering.move(ports(), me().operator_id, recovery_id, target, field("note"))
    return see("console.recoveries")


@console.get("/reviewers")
@needs(Right.SEE_CASES)
def reviewers() -> Response:
    """Show each reviewer's time, agreement and overturned verdicts."""
    return page("reviewers.html", rows=quality.figures(ports()), days=quality.LOOKED_BACK.days)
