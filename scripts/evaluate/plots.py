"""The pictures of an evaluation."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot

from scripts.evaluate.rates import band

matplotlib.use("Agg")


def det(file: Path, curve: Sequence[tuple[float, ...]], mated: int, non_mated: int, point: float) -> None:
    """Plot FNMR against FMR with 95 % bands, and where the policy works."""
    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    table = np.array([row for row in curve if row[1] > 0])
    axes.plot(table[:, 1], table[:, 2], color="tab:blue", label="fused score")
    edges = np.array([band(fnmr, mated) for fnmr in table[:, 2]])
    axes.fill_between(table[:, 1], edges[:, 0], edges[:, 1], alpha=0.2)
    nearest = table[np.argmin(np.abs(table[:, 0] - point))]
    axes.plot(nearest[1], nearest[2], "o", color="tab:red", label=f"policy, threshold {point:.2f}")
    axes.set(xscale="log", xlabel=f"FMR (n = {non_mated:,})", ylabel=f"FNMR (n = {mated:,})")
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


def trade(file: Path, rows: Sequence[tuple[float, ...]], point: float) -> None:
    """Plot (threshold, FMR of relatives, FMR of strangers, TAR or NaN) along the threshold."""
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    table = np.array(rows)
    for column, name in ((1, "kin FMR"), (2, "strangers' FMR"), (3, "TAR")):
        if not np.isnan(table[:, column]).all():
            axes.plot(table[:, 0], table[:, column], label=name)
    axes.axvline(point, color="tab:red", label=f"threshold {point:.2f}")
    axes.set(xlabel="threshold", ylabel="rate", ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
