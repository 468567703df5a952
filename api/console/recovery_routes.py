"""Console routes of recoveries and of the reviewers' quality figures."""

from flask import Response

from api.appeals import quality, recovering
from api.console.appeal_routes import console
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.routes import field
from api.http.web import ports
from models.domain.console.operator import Right
from models.domain.console.recovery import RecoveryState
from models.domain.errors import Malformed

__all__ = ["console"]


@console.post("/recoveries/<string:recovery_id>")
@needs(Right.RECOVER)
def move_recovery(recovery_id: str) -> Response:
    """Change a recovery's state."""
    try:
        target = RecoveryState(field("state"))
    except ValueError:
        raise Malformed("state") from None
    recovering.move(ports(), me().operator_id, recovery_id, target, field("note"))
    return see("console.listed", name="recoveries")


@console.get("/reviewers")
@needs(Right.SEE_CASES)
def reviewers() -> Response:
    """Show each reviewer's time, agreement and overturned verdicts."""
    return page("reviewers.html", rows=quality.figures(ports()), days=quality.LOOKED_BACK.days)
