"""Draw a training's loss logs as one picture."""

from __future__ import annotations

import csv
from pathlib import Path

HIDDEN = {"step", "minutes"}


def plot_logs(folder: Path, target: Path) -> bool:
    """Plot every column of the stages' ``.csv`` logs in `folder` over minutes.

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


def _read(path: Path) -> dict[str, list[float]]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}
