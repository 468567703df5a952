"""Console routes of the thresholds page: error rates from the installation's own decisions."""

from datetime import timedelta

from flask import Response, request

from api.acts.ledger import Entry, record
from api.console import figures
from api.console.downloads import download
from api.console.evidence.stranger_routes import own
from api.console.evidence.what_if_routes import PERIODS, console, days, shops
from api.console.guard import needs, see
from api.console.labels import people
from api.console.pages import me, page
from api.console.release_routes import active
from api.http.web import ports
from api.releases import calculating, strangers
from api.releases.calculating import Wanted
from api.tuning import populations
from api.tuning.rates import Rates, rates
from api.tuning.replaying import Scope
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.errors import Absent
from models.domain.release.calculation import CalculationKind

__all__ = ["console"]
# Most decisions behind the error rates of everybody: as many as PostgreSQL reads in 5,000 blocks.
NEWEST = 30_000


@console.get("/thresholds")
@needs(Right.SEE_POLICIES)
def thresholds() -> Response:
    """Show error rates by threshold from the decisions of a period; a group's, as far as calculated."""
    group, now = _group(), active().score_min
    asked = calculating.newest(ports(), _wanted(group)) if group else None
    found = _rates(asked, group)
    return page(
        "thresholds.html",
        people=people,
        strangers=own(strangers.newest(ports())),
        found=found,
        asked=asked,
        newest=NEWEST,
        most=calculating.MOST_OF_GROUP,
        score_min=now,
        now=ports().now(),
        days=days(),
        periods=PERIODS,
        group=group,
        groups=populations.choices(ports(), _scope()),
        shops=shops(),
        query=request.query_string.decode(),
        drawn=_drawn(found, now) if found else None,
    )


def _drawn(found: Rates, now: float) -> tuple[object, ...]:
    """Return the table and charts by threshold, then the chart and bins of the scores."""
    table = figures.rows(found)
    return table, (figures.by_threshold(table, now), figures.det(table)), *figures.histogram(found, now)


@console.post("/thresholds")
@needs(Right.SEE_POLICIES)
def ask_rates() -> Response:
    """Request a group's error rates, or lead to everybody's."""
    if group := _group():
        calculating.ask(ports(), me().operator_id, _wanted(group))
    return see("console.thresholds", days=days(), **({"group": group} if group else {}))


@console.get("/thresholds.csv")
@needs(Right.SEE_POLICIES)
def thresholds_csv() -> Response:
    """Return the table by threshold as CSV."""
    header = [
        "threshold", "missed_least", "missed_most", "missed_most_high", "kin", "kin_low", "kin_high",
        "spouses", "published_fmr", "published_fmr_worst",
    ]  # fmt: skip
    return download("thresholds", [header, *map(_cells, figures.rows(_wanted_rates()))])


def _cells(row: figures.Row) -> list[float]:
    kin, most = row.kin, row.missed_most
    own = [row.threshold, row.missed_least.rate, most.rate, most.high, kin.rate, kin.low, kin.high]
    return [*own, row.spouses.rate, row.fmr, row.fmr_worst]


@console.get("/thresholds/scores.csv")
@needs(Right.SEE_POLICIES)
def scores_csv() -> Response:
    """Return the distribution of scores as CSV."""
    chart, bins = figures.histogram(_wanted_rates(), active().score_min)
    header = ["score_from", *(line.name for line in chart.lines)]
    return download("scores", [header, *([low, *counts] for low, counts in bins)])


def _group() -> str:
    """Return the requested group, empty for everybody."""
    group = request.values.get("group", "")
    name, _, value = group.partition("=")
    return group if name in populations.GROUPED_BY and value else ""


def _wanted(group: str) -> Wanted:
    return Wanted(CalculationKind.RATES, days(), group=group)


def _scope() -> Scope:
    now = ports().now()
    return Scope(now - timedelta(days=days()), now + timedelta(seconds=1), NEWEST)


def _wanted_rates() -> Rates:
    """Return the rates to download; raises Absent where a group's have not been calculated."""
    group = _group()
    found = _rates(calculating.newest(ports(), _wanted(group)) if group else None, group)
    if found is None:
        raise Absent("this has not been calculated")
    return found


def _rates(asked: tables.Calculation | None, group: str) -> Rates | None:
    """Return everybody's rates, or those calculated of the group; reading them is recorded as an act."""
    if group and (asked is None or asked.found is None):
        return None
    with ports().database.transaction() as db:
        record(ports(), db, Entry(me().operator_id, ActKind.FIGURES_READ, None, {"group": group[:64]}))
    if asked is not None and asked.found is not None:
        return Rates.from_json(asked.found)
    return rates(populations.gather(ports(), _scope()))
