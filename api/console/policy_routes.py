"""Console routes of thresholds: the workbench and the what-if page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from flask import Response, request
from sqlalchemy import select

from api.acts.ledger import Entry, record
from api.console import figures
from api.console.downloads import download
from api.console.evidence.model_routes import console
from api.console.evidence.stranger_routes import own
from api.console.guard import needs
from api.console.labels import FIELDS, people
from api.console.pages import me, page
from api.console.release_routes import active, changes
from api.http.web import ports
from api.policies import floors, versions
from api.releases import strangers
from api.tuning import populations, replaying
from api.tuning.replaying import Scope
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.policy import Policy
from models.domain.release.seen import Budget

__all__ = ["console"]
PERIODS = (7, 28, 56, 92)
# Most decisions a page replays while the operator waits; the bench replays a million.
MOST = 200_000
# Most decisions behind the error rates: as many as PostgreSQL reads in 5,000 blocks.
NEWEST = 30_000
# Most decisions of a CSV.
FLIPS = 5_000


@console.get("/thresholds")
@needs(Right.SEE_POLICIES)
def thresholds() -> Response:
    """Show error rates by threshold from the decisions of a period."""
    found, group = _populations()
    table, now = figures.rows(found), active().score_min
    chart, bins = figures.histogram(found, now)
    return page(
        "thresholds.html",
        people=people,
        table=table,
        charts=(figures.by_threshold(table, now), figures.det(table)),
        score_chart=chart,
        score_bins=bins,
        strangers=own(strangers.newest(ports())),
        found=found,
        newest=NEWEST,
        now=now,
        days=_days(),
        periods=PERIODS,
        group=group,
        groups=populations.choices(ports(), _scope()),
        shops=_shops(),
        query=request.query_string.decode(),
    )


@console.get("/thresholds.csv")
@needs(Right.SEE_POLICIES)
def thresholds_csv() -> Response:
    """Return the table by threshold as CSV."""
    header = [
        "threshold", "missed_least", "missed_most", "missed_most_high", "kin", "kin_low", "kin_high",
        "spouses", "published_fmr", "published_fmr_worst",
    ]  # fmt: skip
    found = figures.rows(_populations()[0])
    return download("thresholds", [header, *map(_cells, found)])


def _cells(row: figures.Row) -> list[float]:
    kin, most = row.kin, row.missed_most
    own = [row.threshold, row.missed_least.rate, most.rate, most.high, kin.rate, kin.low, kin.high]
    return [*own, row.spouses.rate, row.fmr, row.fmr_worst]


@console.get("/thresholds/scores.csv")
@needs(Right.SEE_POLICIES)
def scores_csv() -> Response:
    """Return the distribution of scores as CSV."""
    chart, bins = figures.histogram(_populations()[0], active().score_min)
    header = ["score_from", *(line.name for line in chart.lines)]
    return download("scores", [header, *([low, *counts] for low, counts in bins)])


@console.get("/what-if.csv")
@needs(Right.SEE_POLICIES)
def what_if_csv() -> Response:
    """Return what other thresholds would have changed as CSV: reasons, then groups."""
    before = active()
    given = changes(request.args, before)
    found = replaying.replay(ports(), before, Policy.from_json(before.to_json() | given), _scope())
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
    before = active()
    given = changes(request.args, before)
    scope = replace(_scope(), flips=FLIPS)
    found = replaying.replay(ports(), before, Policy.from_json(before.to_json() | given), scope)
    with ports().database.transaction() as db:
        told = {"filters": ",".join(f"{name}={value}" for name, value in given.items())}
        record(ports(), db, Entry(me().operator_id, ActKind.LIST_EXPORTED, "what-if-decisions", told))
    header = ["decision", "newly", "was", "becomes", "amount_fen", "relative_passes_too", *replaying.GROUPS]
    rows = [
        [one.challenge_id, _direction(one.passes), one.before, one.after, one.amount_fen, int(one.relative)]
        + [one.group[name] or "" for name in replaying.GROUPS]
        for one in found.some
    ]
    return download("what-if-decisions", [header, *rows])


def _direction(passes: bool) -> str:
    return "passed" if passes else "failed"


@console.get("/what-if")
@needs(Right.SEE_POLICIES)
def what_if() -> Response:
    """Show which decisions of a period other thresholds would have changed."""
    before = active()
    given = changes(request.args, before)
    after = Policy.from_json(before.to_json() | given) if given else before
    found = replaying.replay(ports(), before, after, _scope()) if given else None
    return page(
        "what_if.html",
        fields=FIELDS,
        before=before.to_json(),
        given=given,
        found=found,
        most=MOST,
        days=_days(),
        periods=PERIODS,
        unseen=replaying.not_replayed(before, after),
        broken=floors.broken(after),
        predicted_before=versions.predicted(before),
        predicted_after=versions.predicted(after),
        may=me().may(Right.PROPOSE),
        shops=_shops(),
        # A value may be unknown: None and text have no order.
        groups=sorted(found.groups.items(), key=str) if found else [],
        budget=Budget(),
    )


def _shops() -> dict[str, str]:
    """Return the institutions' names by id."""
    with ports().database.reading() as db:
        found = db.execute(select(tables.Institution.id, tables.Institution.name))
        return {row.id: row.name for row in found}


def _days() -> int:
    """Return the requested period in days."""
    days = request.args.get("days", 28, type=int)
    return days if days in PERIODS else 28


def _scope() -> Scope:
    now = ports().now()
    return Scope(now - timedelta(days=_days()), now + timedelta(seconds=1), MOST)


def _populations() -> tuple[populations.Populations, str]:
    """Return the populations of the requested period and group; reading them is recorded as an act."""
    group = request.args.get("group", "")
    name, _, value = group.partition("=")
    chosen = (name, value) if name in populations.GROUPED_BY and value else None
    with ports().database.transaction() as db:
        record(ports(), db, Entry(me().operator_id, ActKind.FIGURES_READ, None, {"group": group[:64]}))
    scope = _scope() if chosen else replace(_scope(), most=NEWEST)
    return populations.gather(ports(), scope, chosen), group
