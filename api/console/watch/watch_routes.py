"""Console route of the funnel from push to pass."""

from flask import Response, request

from api.console.guard import needs
from api.console.pages import page
from api.console.policy_routes import PERIODS
from api.console.watch.alert_routes import console
from api.console.words import EVENTS
from api.http.web import ports
from api.watching import funnel
from models.domain.console.operator import Right

__all__ = ["console"]


@console.get("/watch")
@needs(Right.SEE_POLICIES)
def watch() -> Response:
    """Show the funnel of a period."""
    days = request.args.get("days", 28, type=int)
    days = days if days in PERIODS else 28
    return page("watch.html", rows=funnel.steps(ports(), days), days=days, periods=PERIODS, events=EVENTS)
