"""What the middle of ways between loops is made of.

Evenness and cost alone reward a way that thins out: what is left changes little and costs few bits. So
the middle is also told from real loops, and its density and what is new in it are counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import tokens_to_hits
from blender_app.core.time import STEPS_PER_BEAT
from blender_app.training.metrics import Floats, Tokens, drum_features, melody_features, two_sample_auc

NEAR_MIDDLE = (3, 4, 5)
"""Points, of nine, at alphas .375, .5 and .625."""
HALF_WAY = 4


@dataclass(frozen=True, slots=True)
class Middle:
    """What nine-point ways are made of half-way.

    Parameters
    ----------
    auc
        How well the loops about the middle are told from training loops: 0.5 not at all, 1 always.
    density
        Hits or notes over the mean of the ends'.
    new
        Share of hits, or of the pitches of notes, that neither end has.
    copied
        Share of beats that are one end's beat to the letter.
    """

    auc: float
    density: float
    new: float
    copied: float


def drum_middle(lines: Tokens, reference: Floats) -> Middle:
    """Return the middle of ways between drum loops.

    Parameters
    ----------
    lines
        Tokens (9, N, T), the loops themselves at both ends.
    reference
        Features of training loops, as of `drum_features`.
    """
    middle, a, b = (tokens_to_hits(lines[point]) for point in (HALF_WAY, 0, -1))
    count = int(middle.sum())
    return Middle(
        auc=_middle_auc(lines, drum_features, reference),
        density=float(2 * count / (a.sum() + b.sum())),
        new=float((middle & ~a & ~b).sum() / max(count, 1)),
        copied=_copied(lines),
    )


def melody_middle(lines: Tokens, reference: Floats) -> Middle:
    """Return the middle of ways between melodies.

    Parameters
    ----------
    lines
        Tokens (9, N, T), 0 no event, 1 note off, pitch + 2; the melodies themselves at both ends.
    reference
        Features of training loops, as of `melody_features`.
    """
    middle, a, b = lines[HALF_WAY], lines[0], lines[-1]
    notes = [(row[row > 1], np.append(x[x > 1], y[y > 1])) for row, x, y in zip(middle, a, b, strict=True)]
    new = [float(np.mean(~np.isin(pitches, known))) for pitches, known in notes if len(pitches)]
    return Middle(
        auc=_middle_auc(lines, melody_features, reference),
        density=float(2 * (middle > 1).sum() / ((a > 1).sum() + (b > 1).sum())),
        new=float(np.mean(new)) if new else 0.0,
        copied=_copied(lines),
    )


def _middle_auc(lines: Tokens, features: Callable[[Tokens], Floats], reference: Floats) -> float:
    return float(np.mean([two_sample_auc(features(lines[point]), reference) for point in NEAR_MIDDLE]))


def _copied(lines: NDArray[Any]) -> float:
    middle, a, b = (lines[point].reshape(lines.shape[1], -1, STEPS_PER_BEAT) for point in (HALF_WAY, 0, -1))
    return float(((middle == a).all(-1) | (middle == b).all(-1)).mean())
