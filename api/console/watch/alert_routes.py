"""Console routes of alerts: the list, one alert with its cases, and what is made of it."""

from flask import Response, request

from api.abuse import answering
from api.console import accounts
from api.console.actions.request_routes import console
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.routes import field
from api.console.watch import sentences
from api.http.web import ports
from models.domain.abuse.handling import AlertState
from models.domain.appeal import AppealState
from models.domain.console.operator import Right
from models.domain.errors import Malformed

__all__ = ["console"]


@console.get("/alerts")
@needs(Right.SEE_ALERTS)
def alerts() -> Response:
    """Show the alerts in a state, those worth most first."""
    try:
        state = AlertState(request.args.get("state", AlertState.OPEN))
    except ValueError:
        raise Malformed("state") from None
    found = answering.alerts(ports(), state)
    with ports().database.reading() as db:
        rows = [
            (one, sentences.subject(ports(), db, one), sentences.sentence(one.kind, one.numbers))
            for one in found
        ]
    return page("alerts.html", rows=rows, kinds=sentences.KINDS, about=sentences.ABOUT, state=state)


@console.get("/alerts/<string:alert_id>")
@needs(Right.SEE_ALERTS)
def alert(alert_id: str) -> Response:
    """Show an alert with its cases; looking at it is recorded as an act."""
    row, cases = answering.opened(ports(), me().operator_id, alert_id)
    with ports().database.reading() as db:
        who = sentences.subject(ports(), db, row)
        names = {one.id: one.name for one in accounts.everybody(db)}
    return page(
        "alert.html",
        row=row,
        cases=cases,
        subject=who,
        said=sentences.sentence(row.kind, row.numbers),
        explained=sentences.explained(row.kind, row.numbers),
        still=sum(one.appeal_state is AppealState.LODGED for one in cases),
        lodged=sum(one.appeal_id is not None for one in cases),
        kinds=sentences.KINDS,
        reason=answering.reason_of(ports(), row),
        names=names,
        may=me().may(Right.HANDLE_ALERTS),
        sees_cases=me().may(Right.SEE_CASES),
    )


@console.post("/alerts/<string:alert_id>/dismiss")
@needs(Right.HANDLE_ALERTS)
def dismiss_alert(alert_id: str) -> Response:
    """Dismiss an alert with a reason."""
    answering.dismiss(ports(), me().operator_id, alert_id, field("reason"))
    return see("console.alerts")


@console.post("/alerts/<string:alert_id>/confirm")
@needs(Right.HANDLE_ALERTS)
def confirm_alert(alert_id: str) -> Response:
    """Confirm an alert with a note."""
    answering.confirm(ports(), me().operator_id, alert_id, field("reason"))
    return see("console.alerts")


@console.post("/alerts/<string:alert_id>/snooze")
@needs(Right.HANDLE_ALERTS)
def snooze_alert(alert_id: str) -> Response:
    """Let an alert rest for up to 30 days, with a reason."""
    try:
        days = int(field("days"))
    except ValueError:
        raise Malformed("days") from None
    answering.snooze(ports(), me().operator_id, alert_id, field("reason"), days)
    return see("console.alerts")
