"""Rows and charts of the threshold workbench: own history beside the published table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from api.console.charts import Axis, Chart, Line
from api.policies.floors import UNAGED
from api.tuning.bands import Band
from api.tuning.pairs import THRESHOLDS
from api.tuning.rates import BANDS, BINS, Rates
from matcher.comparison import rates

STRANGERS = Axis(1e-5, 1.0, (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0), log=True)
RATE = Axis(1e-4, 1.0, (1e-4, 1e-3, 1e-2, 1e-1, 1.0), log=True)
POPULATIONS = {"mated": "本人（已证实）", "unresolved": "未明失败", "kin": "血亲", "spouses": "配偶"}


@dataclass(frozen=True, slots=True)
class Row:
    """One threshold: least and most insured missed, and the shares of kin, spouses and strangers passed."""

    threshold: float
    missed_least: Band
    missed_most: Band
    kin: Band
    spouses: Band
    fmr: float
    fmr_group: str
    fmr_worst: float


def rows(found: Rates) -> list[Row]:
    """Return the table by threshold."""
    least, most, kin, spouses = (found.bands[name] for name in BANDS)
    return [
        Row(threshold, least[place], most[place], kin[place], spouses[place], *_published(threshold))
        for place, threshold in enumerate(THRESHOLDS)
    ]


def _published(threshold: float) -> tuple[float, str, float]:
    """Return the published FMR of the worst adult age group with its name, and of all groups."""
    groups = [one for one in rates.groups(threshold) if one.non_mated >= rates.TELLING]
    aged = max((one for one in groups if one.group not in UNAGED), key=lambda one: one.fmr)
    return aged.fmr, aged.group, max(one.fmr for one in groups)


def by_threshold(table: Sequence[Row], now: float) -> Chart:
    """Return rates by threshold; the insured's rate is a region, because some failures are unresolved."""
    lines = (
        Line("本人被拒（区间）", "c1", _points(table, "missed_least"), _points(table, "missed_most")),
        Line("血亲通过", "c2", _points(table, "kin")),
        Line("配偶通过", "c3", _points(table, "spouses")),
        Line("陌生人通过（公开数据，最差成人组）", "c4", [(row.threshold, row.fmr) for row in table]),
    )
    said = f"各阈值下的错误率，现行阈值 {now:.2f}；数值见下表"
    axis = Axis(THRESHOLDS[0], THRESHOLDS[-1], THRESHOLDS[::2])
    return Chart(said, axis, RATE, lines, "阈值", "比率", now)


def det(table: Sequence[Row]) -> Chart:
    """Return the chart of insured missed against strangers (published) and kin (own history) passed."""
    stranger = [(row.fmr, row.missed_least.rate) for row in table]
    most = [(row.fmr, row.missed_most.rate) for row in table]
    kin = [(row.kin.rate, row.missed_least.rate) for row in table if not math.isnan(row.kin.rate)]
    lines = (Line("对陌生人（区间）", "c1", stranger, most), Line("对血亲（下限）", "c2", kin))
    return Chart(
        "错误权衡曲线：横轴误识率，纵轴本人被拒率；数值见下表", STRANGERS, RATE, lines, "误识率", "本人被拒率"
    )


def histogram(found: Rates, now: float) -> tuple[Chart, list[tuple[float, tuple[int, ...]]]]:
    """Return each population's scores in bins of 0.05, as a chart and as a table."""
    counts = [found.histograms[name] for name in POPULATIONS]
    most = max(1, *(max(one) for one in counts))
    lines = [
        Line(name, f"c{n}", list(zip(BINS, one, strict=False)))
        for n, (name, one) in enumerate(zip(POPULATIONS.values(), counts, strict=True), 1)
    ]
    axis = Axis(BINS[0], BINS[-1], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    high = Axis(0, most, tuple(round(most * part / 4) for part in range(5)))
    chart = Chart("各人群比对分的分布；数值见下表", axis, high, lines, "比对分", "次数", now)
    return chart, list(zip(BINS, zip(*counts, strict=True), strict=False))


def _points(table: Sequence[Row], name: str) -> list[tuple[float, float]]:
    return [(row.threshold, getattr(row, name).rate) for row in table]
