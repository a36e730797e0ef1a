"""Draw a training's loss logs, and interpolations between loops."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from blender_app.training.metrics import Smoothness
from blender_app.training.table import Table

HIDDEN = {"step", "minutes"}


def plot_logs(folder: Path, target: Path) -> bool:
    """Plot to `target` every column of the stages' ``.csv`` logs in `folder` over minutes.

    Returns
    -------
    bool
        False where matplotlib (the extra ``loopweave[train]``) is not installed or there is no log.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        return False
    logs = {path.stem: _read(path) for path in sorted(folder.glob("*.csv"))}
    if not logs:
        return False
    figure = Figure(figsize=(4.5 * len(logs), 3.6), layout="constrained")
    for axes, (name, columns) in zip(
        figure.subplots(1, len(logs), squeeze=False)[0], logs.items(), strict=True
    ):
        for column, values in columns.items():
            if column not in HIDDEN:
                axes.plot(columns["minutes"], values, label=column, linewidth=1.2)
        axes.set(title=name, xlabel="minutes", yscale="log")
        axes.legend(fontsize=7, frameon=False)
        axes.grid(alpha=0.2)
    figure.savefig(target, dpi=110)
    return True


def plot_interpolations(reports: Mapping[str, Smoothness], target: Path) -> bool:
    """Draw distance from A and relative language-model cost over alpha.

    Parameters
    ----------
    reports
        A line for each kind of interpolation, by name.
    target
        Picture to write.

    Returns
    -------
    bool
        False where matplotlib is not installed.

    Notes
    -----
    Figure 3 of the MusicVAE article (Roberts et al. 2018).
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        return False
    figure = Figure(figsize=(9.6, 3.6), layout="constrained")
    distance, cost = figure.subplots(1, 2)
    for name, report in reports.items():
        alpha = np.linspace(0.0, 1.0, len(report.distance))
        distance.plot(alpha, report.distance, marker="o", markersize=3, label=name)
        cost.plot(alpha, report.relative_cost, marker="o", markersize=3, label=name)
    distance.set(title="share of steps that differ from A", xlabel="alpha", ylim=(0, None))
    cost.set(title="relative language-model cost", xlabel="alpha")
    for axes in (distance, cost):
        axes.grid(alpha=0.2)
    cost.legend(fontsize=8, frameon=False)
    figure.savefig(target, dpi=110)
    return True


def plot_wander(table: Table, rows: Sequence[str], target: Path) -> bool:
    """Draw figures over the knob.

    Parameters
    ----------
    table
        A column for each place of the knob, headed by it, 0 to 1.
    rows
        Rulers to draw, a small picture each.
    target
        Picture to write.

    Returns
    -------
    bool
        False where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        return False
    figure = Figure(figsize=(3.2 * len(rows), 3.0), layout="constrained")
    wander = [100 * float(column) for column in table.columns]
    for axes, row in zip(figure.subplots(1, len(rows), squeeze=False)[0], rows, strict=True):
        axes.plot(wander, [table.mean(row, column) for column in table.columns], marker="o", markersize=3)
        must = table.musts.get(row, "")
        axes.set(title=f"{row}\n{must and 'must be ' + must}", xlabel="wander, %")
        axes.title.set_fontsize(9)
        axes.grid(alpha=0.2)
    figure.savefig(target, dpi=110)
    return True


def _read(path: Path) -> dict[str, list[float]]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}
