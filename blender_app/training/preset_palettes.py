"""Palettes between grooves that people wrote: what they hold that no corner has, and what they lose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import DrumLoop
from blender_app.core.presets import DEFAULT_CORNERS, preset_named
from blender_app.training.metrics import neighbours
from blender_app.training.table import Table

SIDE = 11
"""Rows and columns of a palette that is judged."""
CORNER_SETS = (
    DEFAULT_CORNERS,
    ("Techno", "Trap", "Funk", "Bossa Nova"),
    ("Disco", "Half-Time", "Rock", "Electro"),
    ("Motorik", "Dembow", "Afrobeat", "Jazz Ride"),
)
"""Names of grooves in the corners: those of the first start, and three sets as unlike."""
MUSTS = {
    "hits changed between neighbours": "<= 5.5",
    "worst neighbours": "<= 18",
    "interior: hits that no corner has": ">= .05",
    "interior: density over the corners'": ">= .93",
    "distinct of 121": ">= 100",
    "corners exact (1 yes)": "1",
}

Palette = Callable[[list[DrumLoop]], list[list[DrumLoop]]]


def palette_figures(palette: NDArray[np.bool_], corners: NDArray[np.bool_]) -> dict[str, float]:
    """Return the figures of a palette, by name.

    Parameters
    ----------
    palette
        Hits of its cells, (rows, cols, T, 9).
    corners
        Hits of the loops that it was made of, (4, T, 9).
    """
    seen = neighbours(palette)
    inner = palette[1:-1, 1:-1]
    count = max(int(inner.sum()), 1)
    exact = (palette[[0, 0, -1, -1], [0, -1, 0, -1]] == corners).all()
    return {
        "hits changed between neighbours": seen.mean,
        "worst neighbours": float(seen.worst),
        "interior: hits that no corner has": float((inner & ~corners.any(0)).sum() / count),
        "interior: density over the corners'": float(inner.sum((2, 3)).mean() / corners.sum((1, 2)).mean()),
        "distinct of 121": float(seen.distinct),
        "corners exact (1 yes)": float(exact),
    }


def preset_palettes(make: Palette) -> Table:
    """Return the table of the palettes between `CORNER_SETS`, a column each and one of the mean.

    Parameters
    ----------
    make
        Returns the cells (rows of loops) between four loops: top-left, top-right, bottom-left, bottom-right.
    """
    table = Table(musts=MUSTS)
    figures: list[dict[str, float]] = []
    for names in CORNER_SETS:
        corners = [preset_named(name).loop for name in names]
        cells = np.stack([[cell.hits for cell in row] for row in make(corners)])
        figures.append(palette_figures(cells, np.stack([corner.hits for corner in corners])))
    table.add("mean", {name: float(np.mean([each[name] for each in figures])) for name in MUSTS})
    for names, each in zip(CORNER_SETS, figures, strict=True):
        table.add(", ".join(names), each)
    return table
