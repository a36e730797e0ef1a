"""Ways between loops that need no model, and ways that cheat: what a ruler is worth is seen on these.

A way is an array (`POINTS`, N, T, ...) from loops A to loops B (N, T, ...), ends included; its loops are
velocities (T, 9) or a melody's tokens (T,), and 0 is a step at which nothing begins or ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT
from blender_app.training.judging import POINTS

Loops = NDArray[Any]
UNITS = {"by step": 1, "by beat": STEPS_PER_BEAT, "by half bar": STEPS_PER_BAR // 2}
"""Steps that change over together, for each cross-fade."""
KEPT = 0.85
"""Share of what begins on the way that is left when it is thinned."""


def cross_fade(a: Loops, b: Loops, unit: int, rng: np.random.Generator) -> Loops:
    """Return the way from `a` to `b` (N, T, ...) on which each piece changes over at a place of its own.

    Parameters
    ----------
    a, b
        The ends.
    unit
        Steps of a piece.
    rng
        Decides the order of the pieces; their places are even.
    """
    pieces = a.shape[1] // unit
    order = rng.permuted(np.tile(np.arange(pieces), (len(a), 1)), axis=1)
    changed = (order + 0.5) / pieces < np.linspace(0.0, 1.0, POINTS)[:, None, None]
    from_b = np.repeat(changed, unit, axis=2)
    return np.where(from_b.reshape(*from_b.shape, *[1] * (a.ndim - 2)), b, a)
