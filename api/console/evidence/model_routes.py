"""Console routes of the move to another model set."""

from collections.abc import Callable, Mapping

from flask import Response, request

from api.console import accounts
from api.console.evidence.stranger_routes import console
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.release_routes import active, changes
from api.console.routes import field
from api.http.web import ports
from api.ports import Ports
from api.releases import migrating, proposing
from models.domain.console.operator import Right
from models.domain.errors import Absent, Malformed
from models.domain.policy import MODEL_SETS
from models.domain.release.migration import OPEN, PER_MINUTE
from models.domain.release.overrides import SCORES
from models.domain.release.seen import Budget

__all__ = ["console"]
ACTIONS: Mapping[str, Callable[[Ports, str, str], None]] = {
    "abandon": migrating.abandon,
    "destroy": migrating.ask_destruction,
}


@console.get("/models")
@needs(Right.SEE_POLICIES)
def models() -> Response:
    """Show the model set in force, and the moves with their progress, newest first."""
    rows = migrating.history(ports())
    with ports().database.reading() as db:
        names = {row.id: row.name for row in accounts.everybody(db)}
    return page(
        "models.html", rows=rows, names=names, now=active(), sets=MODEL_SETS, per_minute=PER_MINUTE,
        open=next((migrating.progress(ports(), row) for row in rows if row.state in OPEN), None), Right=Right,
    )  # fmt: skip


@console.post("/models")
@needs(Right.PROPOSE)
def begin_move() -> Response:
    """Begin to keep a second model set's templates."""
    migrating.begin(ports(), me().operator_id, field("model_set"), _number("per_minute"))
    return see("console.models")


@console.post("/models/<string:migration_id>/confirm")
@needs(Right.APPROVE)
def confirm_destruction(migration_id: str) -> Response:
    """Confirm the destruction that another operator asked for."""
    migrating.confirm_destruction(ports(), me().operator_id, migration_id)
    return see("console.models")


@console.post("/models/<string:migration_id>/<string:action>")
@needs(Right.PROPOSE)
def change_move(migration_id: str, action: str) -> Response:
    """Change the pace, abandon the move, ask for the destruction, or propose to decide by the new set."""
    if action == "pace":
        migrating.pace(ports(), me().operator_id, migration_id, _number("per_minute"))
    elif action == "release":
        return _propose(migration_id)
    elif action in ACTIONS:
        ACTIONS[action](ports(), me().operator_id, migration_id)
    else:
        raise Absent("no such action")
    return see("console.models")


def _propose(migration_id: str) -> Response:
    """Propose a release of the new set with thresholds on its scale."""
    row = next((one for one in migrating.history(ports()) if one.id == migration_id), None)
    if row is None:
        raise Absent("no such move")
    scores = {name: request.form.get(name, "") for name in SCORES}
    given = changes(scores, active()) | {"model_set": row.new_set}
    budget = Budget(_number("passes"), _number("yuan") * 100)
    release = proposing.propose(ports(), me().operator_id, given, field("reason"), budget)
    return see("console.release_case", release_id=release.id)


def _number(name: str) -> int:
    """Return a whole number of the form; raises Malformed."""
    try:
        return int(field(name))
    except ValueError:
        raise Malformed(name) from None
