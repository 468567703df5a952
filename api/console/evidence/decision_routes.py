"""Console route of one decision: its measurements, and the thresholds that decided it."""

from flask import Response, request

from api.console.evidence import decisions
from api.console.evidence.override_routes import console
from api.console.guard import needs
from api.console.labels import FIELDS
from api.console.pages import me, page
from api.console.release_routes import active, changes
from api.http.web import ports
from models.domain.console.operator import Right
from models.domain.policy import Policy

__all__ = ["console"]


@console.get("/decisions/<string:challenge_id>")
@needs(Right.SEE_POLICIES)
def decision(challenge_id: str) -> Response:
    """Show one decision beside the policy in force or the changes of a what-if replay."""
    before = active()
    given = changes(request.args, before)
    other = Policy.from_json(before.to_json() | given) if given else before
    view = decisions.opened(ports(), me().operator_id, challenge_id, other)
    return page(
        "decision.html",
        view=view,
        fact=view.fact,
        given=given,
        fields=FIELDS,
        arm=decisions.arm_of(view.fact),
        sees_cases=me().may(Right.SEE_CASES),
    )
