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


def degenerate_ways(line: Loops, usual: Loops, rng: np.random.Generator) -> dict[str, Loops]:
    """Return ways that are none, by how they cheat.

    Parameters
    ----------
    line
        The way that they are made of, (POINTS, N, T, ...).
    usual
        A loop (T, ...) that is likely wherever it stands.
    rng
        Decides what is left out, and the order in which beats change over.
    """
    a, b, inner = line[0], line[-1], slice(1, -1)
    begins = line > (0 if line.ndim > 3 else 1)
    half = line.shape[2] // 2
    ways = {
        name: line.copy()
        for name in ("thinned", "in common", "one bar twice", "stopped", "frozen", "constant")
    }
    ways["thinned"][begins & (rng.random(a.shape) > KEPT)] = 0
    shared = begins[0] & begins[-1] if line.ndim > 3 else a == b
    ways["in common"][inner] = np.where(shared, a, 0)
    ways["one bar twice"][inner, :, half:] = line[inner, :, :half]
    ways["stopped"][inner] = line[POINTS // 2]
    ways["frozen"][: POINTS // 2 + 1], ways["frozen"][POINTS // 2 + 1 :] = a, b
    ways["constant"][inner] = usual
    ways["beats copied"] = cross_fade(a, b, UNITS["by beat"], rng)
    for way in ways.values():
        way[0], way[-1] = a, b
    return ways
