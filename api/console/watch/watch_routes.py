"""Console routes of watching: five pages made of tallies, and their tables as CSV."""

from collections.abc import Callable, Mapping

from flask import Response, request

from api.acts.ledger import Entry, record
from api.console.downloads import download
from api.console.evidence.what_if_routes import PERIODS, days
from api.console.guard import needs
from api.console.pages import me, page
from api.console.watch import drifts, measures, outsides, times
from api.console.watch.alert_routes import console
from api.console.watch.shown import Shown
from api.http.web import ports
from api.ports import Ports
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.errors import Absent

__all__ = ["console"]
# By the last part of their address: title, and what makes the page.
PAGES: Mapping[str, tuple[str, Callable[[Ports, int], Shown]]] = {
    "steps": ("各步", times.steps),
    "waits": ("用时", times.waits),
    "measures": ("手机与机构", measures.measures),
    "drift": ("漂移", drifts.drifts),
    "outside": ("回调、消息与查询", outsides.outsides),
}


@console.get("/watch")
@needs(Right.SEE_POLICIES)
def watch() -> Response:
    """Show the funnel of a period."""
    return _page("steps")


@console.get("/watch/<string:name>")
@needs(Right.SEE_POLICIES)
def watch_page(name: str) -> Response:
    """Show a page of watching."""
    return _page(name)


@console.get("/watch/<string:name>.csv")
@needs(Right.SEE_POLICIES)
def watch_csv(name: str) -> Response:
    """Return one table of a page as CSV; an act."""
    found = _shown(name).tables
    place = request.args.get("table", 0, type=int)
    if not 0 <= place < len(found):
        raise Absent("no such table")
    with ports().database.transaction() as db:
        told = {"filters": f"days={days()},table={place}"}
        record(ports(), db, Entry(me().operator_id, ActKind.LIST_EXPORTED, f"watch-{name}", told))
    return download(f"watch-{name}-{place}", [found[place].columns, *found[place].rows])


def _page(name: str) -> Response:
    shown = _shown(name)
    titles = {one: title for one, (title, _) in PAGES.items()}
    return page("watch.html", shown=shown, name=name, titles=titles, days=days(), periods=PERIODS)


def _shown(name: str) -> Shown:
    """Return what a page shows; raises Absent."""
    if name not in PAGES:
        raise Absent("no such page")
    return PAGES[name][1](ports(), days())
