"""Plots of the evaluations."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import pyplot

from matcher.types import FrameKind
from scripts.lab.evaluate.captures import Judged
from scripts.lab.evaluate.rates import Point, band

matplotlib.use("Agg")


def det(file: Path, curves: Mapping[str, Sequence[Point]], threshold: float) -> None:
    """Plot each engine's FNMR against FMR with 95 % bands, and the policy's operating point."""
    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    for engine, points in curves.items():
        shown = [point for point in points if point.fmr > 0]
        fmr = [point.fmr for point in shown]
        edges = np.array([band(point.fnmr, point.mated) for point in shown])
        (line,) = axes.plot(fmr, [point.fnmr for point in shown], label=engine)
        axes.fill_between(fmr, edges[:, 0], edges[:, 1], alpha=0.2, color=line.get_color())
    fused = curves["score"]
    chosen = min(fused, key=lambda point: abs(point.threshold - threshold))
    axes.plot(chosen.fmr, chosen.fnmr, "o", color="tab:red", label=f"policy, threshold {threshold:.2f}")
    axes.set(
        xscale="log",
        xlabel=f"FMR (n = {fused[0].others:,})",
        ylabel=f"FNMR (n = {fused[0].mated:,})",
        ylim=(0, 0.2),
    )
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def dets(file: Path, curves: Mapping[str, Sequence[Point]], threshold: float) -> None:
    """Plot the groups' FNMR against FMR in one figure, with the policy's operating points."""
    figure, axes = pyplot.subplots(figsize=(8, 5.5), layout="constrained")
    for name, points in curves.items():
        shown = [point for point in points if point.fmr > 0]
        label = f"{name} ({points[0].mated:,} / {points[0].others:,})"
        (line,) = axes.plot([p.fmr for p in shown], [p.fnmr for p in shown], label=label)
        chosen = min(points, key=lambda point: abs(point.threshold - threshold))
        axes.plot(max(chosen.fmr, 1 / chosen.others), chosen.fnmr, "o", color=line.get_color())
    axes.set(xscale="log", xlabel="FMR, strangers of one group and sex", ylabel="FNMR", ylim=(0, 0.3))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, title="group (mated / non-mated)")
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def histogram(file: Path, series: dict[str, np.ndarray], point: float) -> None:
    """Plot the distribution of scores of each kind of pair."""
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for name, scores in series.items():
        axes.hist(scores, bins=80, density=True, alpha=0.5, label=f"{name} (n = {len(scores):,})")
    axes.axvline(point, color="tab:red", label=f"threshold {point:.2f}")
    axes.set(xlabel="score", ylabel="density")
    axes.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def trade(file: Path, rows: Sequence[tuple[float, ...]], threshold: float) -> None:
    """Plot (threshold, FMR of relatives, FMR of strangers, TAR): along the threshold, and kin against TAR."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), layout="constrained")
    table = np.array(rows)
    for column, name in ((1, "kin FMR"), (2, "strangers' FMR"), (3, "TAR (published table)")):
        left.plot(table[:, 0], table[:, column], label=name)
    left.axvline(threshold, color="tab:red", label=f"threshold {threshold:.2f}")
    left.set(xlabel="threshold", ylabel="rate", ylim=(0, 1))
    right.plot(table[:, 3], table[:, 1])
    chosen = table[np.argmin(np.abs(table[:, 0] - threshold))]
    right.plot(chosen[3], chosen[1], "o", color="tab:red", label=f"policy, threshold {threshold:.2f}")
    right.set(xlabel="TAR (published table)", ylabel="kin FMR", xlim=(0.85, 1), ylim=(0, 0.3))
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def species(file: Path, summary: Mapping[str, Any]) -> None:
    """Plot BPCER and each species' APCER with the upper bounds from disjoint presentations, if any."""
    rows = [("bona_fide", "bpcer", summary["bona_fide"])]
    rows += [(name, "apcer", rates) for name, rates in summary["attacks"].items()]
    rows = [row for row in rows if row[2]["n"]]
    if not rows:
        return
    figure, axes = pyplot.subplots(figsize=(8, 0.5 * len(rows) + 1.5), layout="constrained")
    for place, (_, kind, rates) in enumerate(rows):
        axes.barh(place, rates[kind], color="tab:blue" if kind == "bpcer" else "tab:red")
        axes.plot([rates[kind], rates["upper95"]], [place, place], color="black", marker="|")
    names = [f"{name}\n{kind.upper()}, n = {rates['n']}" for name, kind, rates in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="error rate, line to the 95 % upper bound (disjoint presentations)")
    axes.grid(alpha=0.3, axis="x")
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def timeline(file: Path, shown: Sequence[Judged]) -> None:
    """Plot pose, mouth and P(bona fide) of each capture shown, if any, with the actions found."""
    if not shown:
        return
    figure, rows = pyplot.subplots(
        len(shown), figsize=(10, 2.8 * len(shown)), layout="constrained", squeeze=False
    )
    for axes, row in zip(rows[:, 0], shown, strict=True):
        motion = [one for one in row.observations if one.kind == FrameKind.MOTION and one.yaw is not None]
        times = [one.t_ms / 1000 for one in motion]
        axes.plot(times, [one.yaw for one in motion], label="yaw (°)")
        axes.plot(times, [one.pitch for one in motion], label="pitch (°)")
        axes.plot(times, [100 * (one.mouth_open or 0) for one in motion], label="mouth (%)")
        live = [one for one in row.observations if one.live is not None]
        axes.plot(
            [one.t_ms / 1000 for one in live],
            [100 * (one.live or 0) for one in live],
            "k.",
            label="P(live) (%)",
        )
        for action in row.report.actions:
            if action.from_ms is not None and action.to_ms is not None:
                axes.axvspan(action.from_ms / 1000, action.to_ms / 1000, alpha=0.15, label=action.action)
        one = row.presentation
        axes.set_title(f"{one.species}: asked {', '.join(one.actions)} → {row.decision.reason}", fontsize=9)
        axes.legend(fontsize=7, loc="upper right")
        axes.grid(alpha=0.3)
    rows[-1, 0].set_xlabel("s")
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def answers(file: Path, summary: Mapping[str, Any], others: Sequence[float | None]) -> None:
    """Plot the detection rate by the screen's share of light, and `p` of unlit film."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for kind, colour in (("answering", "tab:blue"), ("another", "tab:red")):
        found = summary[kind]
        shares = [100 * float(share) for share in found]
        values = [one["rate"] for one in found.values()]
        left.plot(shares, values, "o-", color=colour, label=f"{kind}, n = {next(iter(found.values()))['n']}")
        edges = [(one["lower95"], one["upper95"]) for one in found.values()]
        left.fill_between(shares, *zip(*edges, strict=True), color=colour, alpha=0.15)
    left.set(xlabel="screen's light, % of ambient", ylabel=f"p ≤ {summary['p_max']:g}", ylim=(0, 1))
    known = [p for p in others if p is not None]
    right.hist(known, bins=50, range=(0, 1), density=True)
    right.axhline(1, color="black", linewidth=0.8)
    right.set(xlabel=f"p of film that does not answer, n = {len(known):,}", ylabel="density")
    left.grid(alpha=0.3)
    left.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def covers(file: Path, rows: Sequence[Mapping[str, Any]], summary: Mapping[str, Any], point: float) -> None:
    """Plot the distribution of `doubt` by kind of cover, and the share stopped."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
    shares = {"untouched": summary["untouched"], **summary["kinds"]}
    for kind in shares:
        doubts = sorted(row["doubt"] for row in rows if row["kind"] == kind and "doubt" in row)
        left.plot(doubts, np.arange(len(doubts)) / max(1, len(doubts)), label=kind)
    left.axvline(point, color="tab:red", label=f"threshold {point:.2f}")
    left.set(xlabel="doubt", ylabel="share of the faces found with less", xlim=(-5, 30))
    for place, share in enumerate(shares.values()):
        right.barh(place, share["covered"], color="tab:blue")
        right.barh(place, share["no_face"], left=share["covered"], color="tab:grey")
    names = [f"{kind} {share['stopped']:.3f}" for kind, share in shares.items()]
    right.set_yticks(range(len(shares)), names, fontsize=8)
    right.invert_yaxis()
    right.set(xlim=(0, 1), xlabel="covered (blue), no face found (grey)")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    left.legend(fontsize=7)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def poses(file: Path, seen: Sequence[tuple[float, float, float]]) -> None:
    """Plot similarity to the same person's frontal pictures by yaw and pitch, as a colour map."""
    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    table = np.array(seen)
    dots = axes.scatter(table[:, 0], table[:, 1], c=table[:, 2], s=14, cmap="RdYlGn", vmin=0.0, vmax=1.0)
    axes.set(xlabel="yaw, degrees (+ subject's left)", ylabel="pitch, degrees (+ down)")
    figure.colorbar(dots, label="cosine to the nearest of three frontal pictures")
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
