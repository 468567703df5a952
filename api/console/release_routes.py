"""Console routes of releases: the list, one release, and actions on it."""

import json
from collections.abc import Mapping

from flask import Response, request

from api.console import accounts
from api.console.downloads import download
from api.console.guard import needs, see
from api.console.labels import FIELDS, people
from api.console.lists.table import MOST, minute
from api.console.pages import me, page
from api.console.recovery_routes import console
from api.console.routes import field
from api.http.web import ports
from api.policies import versions
from api.releases import actions, proposing
from models.domain.console.operator import Right
from models.domain.errors import Absent, Invalid, Malformed
from models.domain.policy import Policy
from models.domain.release.seen import Budget

__all__ = ["console"]


@console.get("/releases")
@needs(Right.SEE_POLICIES)
def releases() -> Response:
    """Show the releases, newest first."""
    return page("releases.html", rows=actions.history(ports()), now=active(), names=_names())


@console.get("/releases.csv")
@needs(Right.SEE_POLICIES)
def releases_csv() -> Response:
    """Return the releases as CSV, newest first."""
    names = _names()
    header = [
        "release", "version", "changes", "stage", "held", "ended_by", "proposer", "approver", "proposed_at",
        "approved_at", "staged_at", "ended_at",
    ]  # fmt: skip
    rows = [
        [row.id, row.version, json.dumps(row.evidence["changed"]), row.stage, row.held or "", row.cause or ""]
        + [names.get(one, one) if one else "" for one in (row.proposer, row.approver)]
        + [minute(at) for at in (row.proposed_at, row.approved_at, row.staged_at, row.ended_at)]
        for row in actions.history(ports(), MOST)
    ]
    return download("releases", [header, *rows])


@console.get("/releases/<string:release_id>")
@needs(Right.SEE_POLICIES)
def release_case(release_id: str) -> Response:
    """Show one release: its changes, reason, and its guard's counts."""
    view = actions.opened(ports(), release_id)
    return page(
        "release.html", view=view, row=view.row, fields=FIELDS, names=_names(), people=people, Right=Right
    )


@console.post("/releases")
@needs(Right.PROPOSE)
def propose() -> Response:
    """Propose a release that changes some thresholds of the policy in force."""
    try:
        budget = Budget(int(field("passes")), int(field("yuan")) * 100)
    except ValueError:
        raise Malformed("budget") from None
    given = changes(request.form, active())
    row = proposing.propose(ports(), me().operator_id, given, field("reason"), budget)
    return see("console.release_case", release_id=row.id)


@console.post("/releases/<string:release_id>/approve")
@needs(Right.APPROVE)
def approve_release(release_id: str) -> Response:
    """Approve another operator's release."""
    actions.approve(ports(), me().operator_id, release_id)
    return see("console.release_case", release_id=release_id)


@console.post("/releases/<string:release_id>/<string:action>")
@needs(Right.PROPOSE)
def change_release(release_id: str, action: str) -> Response:
    """Withdraw, roll back or resume a release."""
    if action == "withdraw":
        actions.withdraw(ports(), me().operator_id, release_id)
    elif action == "back":
        actions.roll_back(ports(), me().operator_id, release_id, field("reason"))
    elif action != "resume":
        raise Absent("no such action")
    else:
        actions.resume(ports(), me().operator_id, release_id, field("reason"))
    return see("console.release_case", release_id=release_id)


def active() -> Policy:
    """Return the policy in force."""
    with ports().database.reading() as db:
        return versions.active(db)


def _names() -> dict[str, str]:
    """Return the accounts' names by id."""
    with ports().database.reading() as db:
        return {row.id: row.name for row in accounts.everybody(db)}


def changes(given: Mapping[str, str], before: Policy) -> dict[str, object]:
    """Return the form's thresholds that differ from the policy in force; raises Invalid."""
    now, found = before.to_json(), dict[str, object]()
    for name in FIELDS:
        text = given.get(name, "").strip()
        if not text:
            continue
        try:
            value = json.loads(text.lower())
        except ValueError:
            raise Invalid(f"{name} is no number", code="policy_invalid") from None
        if value != now[name]:
            found[name] = value
    return found
