"""The pictures of an evaluation."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot

from scripts.evaluate.rates import Point, band

matplotlib.use("Agg")


def det(file: Path, curves: Mapping[str, Sequence[Point]], threshold: float) -> None:
    """Plot each engine's FNMR against FMR with 95 % bands, and where the policy works on the fused score."""
    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    for engine, points in curves.items():
        shown = [point for point in points if point.fmr > 0]
        fmr = [point.fmr for point in shown]
        edges = np.array([band(point.fnmr, point.mated) for point in shown])
        (line,) = axes.plot(fmr, [point.fnmr for point in shown], label=engine)
        axes.fill_between(fmr, edges[:, 0], edges[:, 1], alpha=0.2, color=line.get_color())
    fused = curves["fused"]
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
