"""Page on drift: PSI and CUSUM of every measurement, with the days on which the models changed."""

from collections.abc import Sequence
from datetime import date

from api.console.charts import Axis, Chart, Line
from api.console.watch.shown import (
    SHARE,
    Shown,
    Table,
    days_axis,
    number,
    numbers_axis,
    percentage,
    share,
)
from api.ports import Ports
from api.watching import drifting
from api.watching.drifting import Drift, Drifted
from api.watching.measuring import OUTCOME
from models.domain.watching import bins, drift
from models.domain.watching.drift import Shift

TITLES = {
    OUTCOME: "没有通过的比例",
    "score": "比对分",
    "pad": "真人分",
    "brightness": "亮度",
    "sharpness": "清晰度",
    "size": "脸高占比",
    "yaw": "转头角度",
}
VERDICTS = {
    Shift.NONE: "没有变",
    Shift.MODERATE: "有变化",
    Shift.LARGE: "变化很大",
    Shift.TOO_FEW: "次数太少，不能判断",
}
DRAWN = (OUTCOME, "score", "pad")
MOST = 10.0


def drifts(ports: Ports, _: int) -> Shown:
    """Show the drift of the last 92 days."""
    found = drifting.drifted(ports)
    days = sorted(found.sets)
    by_name = {one.name: one for one in found.measures}
    hint = (
        "每套模型以自己最初的日子（至多 28 天）为基准，与最近 7 天相比。PSI 到 0.1 且超出偶然算有变化，"
        "到 0.25 算变化很大。CUSUM 逐日累积偏离（单位：标准差），超过 5 就报警；没有变化时约 232 天误报一次。"
    )
    if not days:
        return Shown(hint, [Table("", ("",), [])])
    charts = [_sums(by_name, found, days), _scores(by_name["score"])]
    return Shown(
        hint, [_summary(found), _daily(found, by_name), _histogram(by_name["score"])], charts, _told(found)
    )


def _told(found: Drift) -> list[str]:
    """Return one sentence for each measurement that drifts."""
    said = []
    for one in found.measures:
        if one.alarmed is not None:
            said.append(f"{TITLES[one.name]}从 {one.alarmed} 起持续偏离基准（CUSUM 超过 {drift.LIMIT:g}）。")
        elif one.shift in (Shift.MODERATE, Shift.LARGE):
            said.append(f"{TITLES[one.name]}的分布与基准相比{VERDICTS[one.shift]}（PSI {one.psi:.2f}）。")
    return said


def _summary(found: Drift) -> Table:
    rows = []
    for one in found.measures:
        values = drifting.values_of(one.name)
        before, now = (drift.mean(counts, values) for counts in (one.reference, one.present))
        peak = max((max(sums.high, sums.low) for sums in one.sums.values()), default=None)
        rows.append([
            TITLES[one.name], sum(one.reference), sum(one.present), number(before, 3), number(now, 3),
            number(one.psi, 3), number(one.noise, 3), VERDICTS[one.shift], number(peak, 1),
            f"{one.alarmed}" if one.alarmed else "没有",
        ])  # fmt: skip
    columns = (
        "量", "基准次数", "最近 7 天次数", "基准均值", "最近均值", "PSI", "偶然可达的 PSI", "结论",
        "CUSUM 最高", "现用模型报警起于",
    )  # fmt: skip
    return Table("各个量与基准相比", columns, rows)


def _daily(found: Drift, by_name: dict[str, Drifted]) -> Table:
    """Return the days, newest first, with their model set."""
    failed, score = by_name[OUTCOME], by_name["score"]
    rows = []
    for day in sorted(found.sets, reverse=True):
        sums = [one.sums.get(day) for one in (failed, score)]
        changed = "，更换" if day in found.changes else ""
        rows.append([
            f"{day}", (found.sets[day][:8] or "没有模型") + changed, found.decided[day],
            percentage(failed.means.get(day)), number(score.means.get(day), 3),
            *(number(max(one.high, one.low) if one else None, 1) for one in sums),
        ])  # fmt: skip
    columns = ("日期", "模型", "判定", "没有通过", "平均比对分", "没有通过的 CUSUM", "比对分的 CUSUM")
    return Table("逐日（每天只看判定最多的那套模型）", columns, rows, 2)


def _sums(by_name: dict[str, Drifted], found: Drift, days: Sequence[date]) -> Chart:
    """Return CUSUM by day, a fall drawn below zero, with limits and changes of models."""
    ends = [(days[0].toordinal(), drift.LIMIT), (days[-1].toordinal(), drift.LIMIT)]
    lines = [
        Line(TITLES[name], f"c{place}", [
            (day.toordinal(), one.high if one.high >= one.low else -one.low)
            for day, one in by_name[name].sums.items()
        ])
        for place, name in enumerate(DRAWN, 1)
    ]  # fmt: skip
    lines += [Line("报警线", "c4", ends), Line("", "c4", [(at, -limit) for at, limit in ends])]
    axis = Axis(-MOST, MOST, (-10.0, -5.0, 0.0, 5.0, 10.0))
    marks = [float(one.toordinal()) for one in found.changes]
    said = "每天累积的偏离（CUSUM），竖线处换了模型；数值见下表"
    return Chart(said, days_axis(days), axis, lines, "日期", "标准差", marks=marks, mark_name="更换模型")


def _scores(one: Drifted) -> Chart:
    edges = bins.EDGES["score"]
    lines = [
        Line(title, kind, [
            (edge, share(counts[place], sum(counts)) or 0.0) for place, edge in enumerate(edges, 1)
        ])
        for title, kind, counts in (("基准", "c1", one.reference), ("最近 7 天", "c2", one.present))
    ]  # fmt: skip
    most = max(point[1] for line in lines for point in line.points)
    axis = Axis(edges[0], edges[-1], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    high = numbers_axis(0.0, most) if most else SHARE
    return Chart("比对分的分布：基准与最近 7 天；数值见下表", axis, high, lines, "比对分", "比例")


def _histogram(one: Drifted) -> Table:
    edges = bins.EDGES["score"]
    names = [f"< {edges[0]:g}", *(f"{low:g} 起" for low in edges)]
    rows = [[*row] for row in zip(names, one.reference, one.present, strict=True)]
    return Table("比对分的分布（次数）", ("比对分", "基准", "最近 7 天"), rows)
