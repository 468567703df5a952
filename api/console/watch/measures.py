"""Page on scores, quality and PAD by device model and by institution."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from api.console.charts import Chart, Line
from api.console.watch.shown import Shown, Table, days_axis, named, number, numbers_axis, percentage
from api.ports import Ports
from api.watching import reading
from api.watching.reading import Group
from models import tables

LINES = 5
TITLES: Mapping[str, Callable[[Group], object]] = {
    "判定": lambda one: one.decided,
    "通过": lambda one: percentage(one.share("passed")),
    "判为非真人": lambda one: percentage(one.share("not_live")),
    "没拍到可用的": lambda one: percentage(one.share("not_acquired")),
    "比对分": lambda one: number(one.mean("score"), 3),
    "真人分": lambda one: number(one.mean("pad"), 3),
    "亮度": lambda one: number(one.mean("brightness"), 0),
    "清晰度": lambda one: number(one.mean("sharpness"), 0),
    "脸高占比": lambda one: percentage(one.mean("size")),
    "转头角度": lambda one: number(one.mean("yaw"), 1),
}
ABOUT = {"device": "手机型号", "shop": "机构"}


def measures(ports: Ports, period: int) -> Shown:
    """Show the means of measurements by device and by institution."""
    names = {"device": dict[str, str](), "shop": _shops(ports)}
    found = {about: reading.groups(ports, about, period) for about in ABOUT}
    charts = []
    if any(found.values()):
        charts = [_weekly(ports, about, period, (found[about], names[about])) for about in ABOUT]
    return Shown(
        "各次判定的平均值，按整周统计；比对分低而真人分正常，多半是登记照片或镜头的问题。",
        [
            Table(f"按{title}", (title, *TITLES), [_row(one, names[about]) for one in found[about]])
            for about, title in ABOUT.items()
        ],
        charts,
    )


def _row(one: Group, names: Mapping[str, str]) -> list[object]:
    return [named(names, one.name), *(told(one) for told in TITLES.values())]


def _weekly(ports: Ports, about: str, period: int, shown: tuple[list[Group], Mapping[str, str]]) -> Chart:
    """Return the mean score by week of the devices or institutions with most decisions."""
    groups, names = shown
    found = reading.weekly(ports, about, period, [one.name for one in groups[:LINES]])
    lines = [
        Line(
            named(names, name),
            f"c{place}",
            [
                (week.toordinal(), mean)
                for week, one in weeks.items()
                if (mean := one.mean("score")) is not None
            ],
        )
        for place, (name, weeks) in enumerate(found.items(), 1)
    ]
    points = [point for line in lines for point in line.points]
    weeks = sorted({week for by_week in found.values() for week in by_week})
    low, high = (edge((point[1] for point in points), default=0.0) for edge in (min, max))
    said = f"判定最多的{LINES}个{ABOUT[about]}每周的平均比对分；平均值见下表"
    return Chart(
        said, days_axis(weeks), numbers_axis(low - 0.02, high + 0.02), lines, "周（从周一起）", "比对分"
    )


def _shops(ports: Ports) -> dict[str, str]:
    """Return the institutions' names by id."""
    shop = tables.Institution
    with ports.database.reading() as db:
        return {row.id: row.name for row in db.execute(select(shop.id, shop.name))}
