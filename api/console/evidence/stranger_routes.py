"""Console routes of comparisons between insured strangers."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from flask import Response

from api.console import accounts
from api.console.evidence.decision_routes import console
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.release_routes import active
from api.http.web import ports
from api.law import assessments
from api.releases import strangers
from api.tuning.pairs import BINS, THRESHOLDS
from models import tables
from models.domain.console.operator import Right
from models.domain.errors import Absent, Conflict
from models.domain.law.assessment import Purpose

__all__ = ["console"]
COLUMNS = ("sex", "age_band", "persons", "pairs", "threshold", "rate", "low", "high")


@console.get("/strangers")
@needs(Right.SEE_POLICIES)
def stranger_runs() -> Response:
    """Show the comparisons of strangers, newest first, and the figures of the newest."""
    with ports().database.reading() as db:
        names = {row.id: row.name for row in accounts.everybody(db)}
        try:
            assessments.hold(db, ports().now(), Purpose.STRANGERS)
            assessed = True
        except Conflict:
            assessed = False
    newest = strangers.newest(ports())
    return page(
        "strangers.html", rows=strangers.history(ports()), names=names, assessed=assessed, newest=newest,
        thresholds=THRESHOLDS, bins=BINS, now=active().score_min, Right=Right,
    )  # fmt: skip


@console.get("/strangers.csv")
@needs(Right.SEE_POLICIES)
def stranger_runs_csv() -> Response:
    """Return the newest comparison's rates as CSV."""
    newest = strangers.newest(ports())
    rows = [
        (cell["sex"], cell["age_band"], cell["persons"], cell["pairs"], at, *one.values())
        for cell in (newest.cells or [] if newest else [])
        for at, one in zip(THRESHOLDS, cell["bands"], strict=True)
    ]
    told = {"Content-Disposition": "attachment; filename=strangers.csv", "Cache-Control": "no-store"}
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *rows])
    return Response(out.getvalue(), mimetype="text/csv; charset=utf-8", headers=told)


@console.post("/strangers")
@needs(Right.PROPOSE)
def ask_strangers() -> Response:
    """Request a comparison that another operator must start."""
    strangers.ask(ports(), me().operator_id)
    return see("console.stranger_runs")


@console.post("/strangers/<string:run_id>/start")
@needs(Right.APPROVE)
def start_strangers(run_id: str) -> Response:
    """Start a comparison that another operator requested."""
    strangers.start(ports(), me().operator_id, run_id)
    return see("console.stranger_runs")


@console.post("/strangers/<string:run_id>/<string:action>")
@needs(Right.PROPOSE)
def change_strangers(run_id: str, action: str) -> Response:
    """Withdraw an unfinished comparison."""
    if action != "withdraw":
        raise Absent("no such action")
    strangers.withdraw(ports(), me().operator_id, run_id)
    return see("console.stranger_runs")


def own(row: tables.StrangerRun | None) -> list[Mapping[str, Any] | None]:
    """Return at each of THRESHOLDS the band of the cell with the highest rate of own strangers."""
    cells = row.cells or [] if row else []
    return [strangers.worst(cells, place) for place in range(len(THRESHOLDS))]
