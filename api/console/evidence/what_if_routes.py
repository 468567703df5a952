"""Console routes of the what-if page: request a replay, its progress and result, and the result as CSV."""

from collections.abc import Sequence

from flask import Response, request
from sqlalchemy import select

from api.acts.ledger import Entry, record
from api.console.downloads import download
from api.console.evidence.model_routes import console
from api.console.guard import needs, see
from api.console.labels import FIELDS
from api.console.pages import me, page
from api.console.release_routes import active, changes
from api.http.web import ports
from api.policies import floors, versions
from api.releases import calculating
from api.releases.calculating import Wanted
from api.tuning import replaying, stored
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.errors import Absent
from models.domain.policy import Policy
from models.domain.release.calculation import CalculationKind
from models.domain.release.seen import Budget

__all__ = ["console"]
PERIODS = (7, 28, 56, 92)


@console.get("/what-if")
@needs(Right.SEE_POLICIES)
def what_if() -> Response:
    """Show which decisions of a period other thresholds would have changed, as far as calculated."""
    before = active()
    given = changes(request.args, before)
    after = Policy.from_json(before.to_json() | given) if given else before
    asked = calculating.newest(ports(), _wanted(given)) if given else None
    found = stored.from_json(asked.found) if asked and asked.found else None
    return page(
        "what_if.html",
        fields=FIELDS,
        before=before.to_json(),
        given=given,
        asked=asked,
        found=found,
        history=calculating.history(ports(), CalculationKind.WHAT_IF),
        most=calculating.MOST,
        days=days(),
        periods=PERIODS,
        unseen=replaying.not_replayed(before, after),
        broken=floors.broken(after),
        predicted_before=versions.predicted(before),
        predicted_after=versions.predicted(after),
        may=me().may(Right.PROPOSE),
        shops=shops(),
        # A value may be unknown: None and text have no order.
        groups=sorted(found.groups.items(), key=str) if found else [],
        budget=Budget(),
        now=ports().now(),
    )


@console.post("/what-if")
@needs(Right.SEE_POLICIES)
def ask_what_if() -> Response:
    """Request a replay under the form's thresholds."""
    before = active()
    given = changes(request.form, before)
    if given:
        Policy.from_json(before.to_json() | given)
        calculating.ask(ports(), me().operator_id, _wanted(given))
    return see("console.what_if", days=days(), **_as_text(given))


@console.get("/what-if.csv")
@needs(Right.SEE_POLICIES)
def what_if_csv() -> Response:
    """Return what other thresholds would have changed as CSV: reasons, then groups."""
    found = stored.from_json(_calculated(changes(request.args, active())).found or {})
    rows: list[Sequence[object]] = [["of", "value", "newly", "was", "becomes", "decisions"]]
    for (passes, old, new), n in found.reasons.most_common():
        rows.append(["reason", "", _direction(passes), old, new, n])
    for (name, value, passes), n in sorted(found.group_flips.items(), key=str):
        rows.append([name, value or "", _direction(passes), "", "", n])
    return download("what-if", rows)


@console.get("/what-if/decisions.csv")
@needs(Right.SEE_POLICIES)
def what_if_decisions_csv() -> Response:
    """Return the newest decisions that other thresholds would have changed as CSV; an act."""
    given = changes(request.args, active())
    found = stored.each(_calculated(given, flips=True).flips or ())
    with ports().database.transaction() as db:
        told = {"filters": ",".join(f"{name}={value}" for name, value in given.items())}
        record(ports(), db, Entry(me().operator_id, ActKind.LIST_EXPORTED, "what-if-decisions", told))
    header = ["decision", "newly", "was", "becomes", "amount_fen", "relative_passes_too", *replaying.GROUPS]
    rows = [
        [one.challenge_id, _direction(one.passes), one.before, one.after, one.amount_fen, int(one.relative)]
        + [one.group[name] or "" for name in replaying.GROUPS]
        for one in found
    ]
    return download("what-if-decisions", [header, *rows])


def _wanted(given: dict[str, object]) -> Wanted:
    return Wanted(CalculationKind.WHAT_IF, days(), given)


def _calculated(given: dict[str, object], *, flips: bool = False) -> tables.Calculation:
    """Return the calculation whose result is downloaded; raises Absent where there is none."""
    row = calculating.newest(ports(), _wanted(given), flips=flips)
    if row is None or row.done_at is None:
        raise Absent("this has not been calculated")
    return row


def _as_text(given: dict[str, object]) -> dict[str, str]:
    """Return thresholds as an address holds them."""
    return {name: str(value).lower() for name, value in given.items()}


def _direction(passes: bool) -> str:
    return "passed" if passes else "failed"


def shops() -> dict[str, str]:
    """Return the institutions' names by id."""
    with ports().database.reading() as db:
        found = db.execute(select(tables.Institution.id, tables.Institution.name))
        return {row.id: row.name for row in found}


def days() -> int:
    """Return the requested period in days."""
    found = request.values.get("days", 28, type=int)
    return found if found in PERIODS else 28
