"""Console routes of persons' requests about their own data."""

from flask import Response

from api.console.actions.held_routes import console
from api.console.guard import needs, see
from api.console.lists.requests import KINDS, STATES
from api.console.pages import me, page
from api.console.routes import field
from api.http.web import ports
from api.privacy import requests
from models.domain.console.operator import Right
from models.domain.errors import Malformed
from models.domain.law.request import RequestKind, RequestState

__all__ = ["console"]


@console.get("/requests/<string:request_id>")
@needs(Right.CHANGE_SUBJECTS)
def subject_request(request_id: str) -> Response:
    """Show one request; recorded as an act."""
    row = requests.seen(ports(), me().operator_id, request_id)
    return page(
        "request.html",
        row=row,
        kind=KINDS[row.kind],
        state=STATES[row.state],
        said=requests.statement(ports(), row),
        reply=requests.reply(ports(), row),
        may_answer=row.kind is RequestKind.CORRECT and row.state is RequestState.OPEN,
    )


@console.post("/requests/<string:request_id>")
@needs(Right.CHANGE_SUBJECTS)
def answer_request(request_id: str) -> Response:
    """Close a correction with an answer for the person."""
    if field("state") not in (RequestState.DONE, RequestState.REFUSED):
        raise Malformed("state")
    refused = field("state") == RequestState.REFUSED
    requests.answer(ports(), me().operator_id, request_id, field("text"), refused=refused)
    return see("console.listed", name="requests")
