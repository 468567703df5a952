"""Pages on the funnel and on how long its steps take."""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from api.console.charts import Axis, Chart, Line
from api.console.texts import EVENTS as SAID
from api.console.texts import WORDS
from api.console.watch.shown import SHARE, Shown, Table, days_axis, numbers_axis, percentage, share
from api.ports import Ports
from api.watching import funnel, reading
from api.watching.adding import week_of
from api.watching.counting import WAITS
from models.domain.attempt import Channel
from models.domain.watching import bins

SIZE = len(bins.WAITS) + 1
# Steps in their order, each with its line in the chart.
STEPS = {
    "delivered": "发出到送达",
    "opened": "发出到打开小程序",
    "consented": "打开到同意",
    "captured": "开始拍摄到拍完",
    "decided": "拍完到出结果",
}
CHANNELS = {Channel.PUSH: "推送", Channel.QR: "扫码"}


def steps(ports: Ports, period: int) -> Shown:
    """Show how many came how far, and why the others did not."""
    found = funnel.steps(ports, period)
    rows = [
        [
            SAID.get(f"attempt.{one.name}", one.name),
            one.push,
            one.qr,
            "；".join(f"{WORDS.get(reason, reason)} {n}" for reason, n in one.reasons),
        ]
        for one in found
    ]
    table = Table(
        "从推送到通过：各步次数和失败原因，按事件记录逐条统计，每分钟更新",
        ("步骤", "推送", "扫码", "原因（次数）"),
        rows if found[0].push or found[0].qr else [],
    )
    return Shown("", [table], [_funnel(found)] if table.rows else [])


def _funnel(found: Sequence[funnel.Step]) -> Chart:
    kept = [one for one in found if one.name in funnel.STEPS]
    lines = []
    for kind, channel in zip(("c1", "c2"), Channel, strict=True):
        counts = [getattr(one, channel.value) for one in kept]
        first = counts[0]
        # A code is not delivered: it is shown at the till.
        points = [
            (n, counts[n] / first)
            for n in range(len(kept))
            if first and (counts[n] or kept[n].name != "delivered")
        ]
        lines.append(Line(CHANNELS[channel], kind, points))
    labels = {float(n): SAID[f"attempt.{one.name}"][:6] for n, one in enumerate(kept)}
    labels[0.0] = "发出"
    axis = Axis(0.0, len(kept) - 1, list(labels), labels=labels)
    return Chart("从推送到通过，走到各步的比例；次数见下表", axis, SHARE, lines, "步骤", "比例")


def waits(ports: Ports, period: int) -> Shown:
    """Show how long each step takes: the distribution, and medians by week."""
    found = reading.days(ports, (WAITS,), period)[WAITS]
    summed = reading.by_series(found, SIZE)
    rows = []
    for step, title in STEPS.items():
        for channel, name in CHANNELS.items():
            counts = summed.get(f"{channel} {step}")
            if counts:
                rows.append([title, name, sum(counts), *_quantiles(counts), percentage(_slow(counts))])
    all_of = Table(
        "各步用时（秒；取所在区间的上界）",
        ("步骤", "方式", "次数", "一半不超过", "95% 不超过", "超过 5 秒"),
        rows,
        2,
    )
    weeks, by_week = _weekly(found)
    return Shown(
        "由事件记录里前后两步的时间相减得来；重试的每一次都算。",
        [all_of, by_week],
        [_distribution(summed), weeks] if rows else [],
    )


def _quantiles(counts: Sequence[int]) -> tuple[str, str]:
    return tuple(_seconds(bins.quantile(counts, bins.WAITS, one)) for one in (0.5, 0.95))  # type: ignore[return-value]


def _seconds(found: float) -> str:
    return f"> {bins.WAITS[-1]:g}" if found > bins.WAITS[-1] else f"{found:g}"


def _slow(counts: Sequence[int]) -> float | None:
    return share(sum(counts[bins.place(bins.WAITS, 5.0) :]), sum(counts))


def _distribution(summed: dict[str, list[int]]) -> Chart:
    """Return the share of each step that is over after so many seconds, both channels together."""
    lines = []
    for place, (step, title) in enumerate(STEPS.items(), 1):
        counts = [
            sum(one) for one in zip(*(summed.get(f"{c} {step}", [0] * SIZE) for c in CHANNELS), strict=True)
        ]
        if sum(counts):
            reached = list(accumulate(counts))
            lines.append(Line(title, f"c{place}", [(n, reached[n] / reached[-1]) for n in range(SIZE - 1)]))
    labels = {float(n): f"{one:g}" for n, one in enumerate(bins.WAITS)}
    axis = Axis(0.0, SIZE - 2, list(labels), labels=labels)
    return Chart("各步在多少秒内完成的比例；分位数见下表", axis, SHARE, lines, "秒", "比例")


def _weekly(found: reading.Counts) -> tuple[Chart, Table]:
    """Return the wait for the result by week."""
    weeks: dict[date, list[int]] = {}
    for (day, series, bin_of), counted in found.items():
        if series.endswith(" decided"):
            weeks.setdefault(week_of(day), [0] * SIZE)[bin_of] += counted
    ordered = sorted(weeks)
    lines = [
        Line(
            title,
            kind,
            [
                (week.toordinal(), min(bins.quantile(weeks[week], bins.WAITS, part), bins.WAITS[-1]))
                for week in ordered
            ],
        )
        for title, kind, part in (("一半不超过", "c1", 0.5), ("95% 不超过", "c2", 0.95))
    ]
    most = max((point[1] for line in lines for point in line.points), default=1.0)
    said = "每周从拍完到出结果的秒数；数值见下表"
    chart = Chart(said, days_axis(ordered), numbers_axis(0.0, most, 1), lines, "周（从周一起）", "秒")
    rows = [[f"{week}", sum(weeks[week]), *_quantiles(weeks[week])] for week in ordered]
    return chart, Table("每周从拍完到出结果（秒）", ("周一", "次数", "一半不超过", "95% 不超过"), rows)
