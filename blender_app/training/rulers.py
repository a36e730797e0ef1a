"""What makes a loop music beside its likelihood: bars that come back, fills, accents, a key, a contour.

Each is measured on the middle of ways and on real loops, so that a middle without it is seen. A figure is
the mean over loops that can have it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_app.core.kit import VOICE_COUNT
from blender_app.core.time import STEPS_PER_BAR
from blender_app.training.metrics import OCTAVE, Floats, Tokens, best_key_share, in_key

Velocities = NDArray[np.uint8]
FILL_VOICES = (1, 4, 5, 6)
"""Snare and toms, of which fills are made."""
HALF_BAR = STEPS_PER_BAR // 2
SHARED_LEAST = 0.05
"""Share of pairs that have to have a voice at both ends before its density is a figure."""
ACCENT = 100
"""Velocity from which a hit is an accent."""
STRENGTH = np.array([3, 0, 1, 0] + 3 * [2, 0, 1, 0])
"""How strong each step of a bar is: its first, its other beats, the eighths between, the rest."""


def voice_density(lines: Velocities) -> Floats:
    """Return each voice's density on the way over the straight mix of its ends', (points, 9).

    Parameters
    ----------
    lines
        Velocities (points, N, T, 9); of each voice, the pairs count whose ends both have it. A voice that
        fewer than `SHARED_LEAST` of the pairs share says nothing: 1.
    """
    hits = (lines > 0).sum(2).astype(np.float64)  # (points, N, 9)
    both = (hits[0] > 0) & (hits[-1] > 0)
    total = np.where(both, hits, 0.0).sum(1)
    alpha = np.linspace(0.0, 1.0, len(lines))[:, None]
    straight = (1 - alpha) * total[0] + alpha * total[-1]
    shared = both.mean(0) >= SHARED_LEAST
    return np.where(shared, total / np.maximum(straight, 1e-9), 1.0)


def voices_lost(lines: Velocities) -> float:
    """Return the share of voices, of those that both ends have, that half-way has not; `lines` as there."""
    has = np.asarray((lines > 0).any(2))  # (points, N, 9)
    both = has[0] & has[-1]
    return float((both & ~has[len(lines) // 2]).sum() / max(int(both.sum()), 1))


def bars_alike(loops: NDArray[Any]) -> tuple[float, float]:
    """Return the share of steps that are equal in bar 1 and 2, and of loops whose bars are equal.

    `loops` are (N, 32, ...), hits or tokens; what sounds is compared, not how loud.
    """
    same = loops[:, :STEPS_PER_BAR] == loops[:, STEPS_PER_BAR:]
    steps = same.reshape(*same.shape[:2], -1).all(-1)
    return float(steps.mean()), float(steps.all(1).mean())


def has_fill(hits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say of each loop (N, 32, 9) whether it ends with a fill, (N,).

    It does if its last half bar has at least two more `hits` of snare and toms than the same place of bar 1.
    """
    counts = hits[..., FILL_VOICES].sum(-1)
    before = counts[:, STEPS_PER_BAR - HALF_BAR : STEPS_PER_BAR].sum(1)
    return np.asarray(counts[:, -HALF_BAR:].sum(1) >= before + 2)


def fills_kept(lines: Velocities) -> float:
    """Return the share of ways between two loops with fills that have one half-way; `lines` as above."""
    start, middle, end = (has_fill(lines[point] > 0) for point in (0, len(lines) // 2, -1))
    return float((start & middle & end).sum() / max(int((start & end).sum()), 1))


def drum_character(loops: Velocities) -> dict[str, float]:
    """Return what drum `loops` are like, velocities (N, 32, 9), by the name of each figure."""
    hits = loops > 0
    steps, bars = bars_alike(hits)
    spread, with_metre = _dynamics(loops)
    return {
        "bar 2 as bar 1: steps": steps,
        "bar 2 as bar 1: loops": bars,
        "loops that end with a fill": float(has_fill(hits).mean()),
        "velocity: deviation within a loop": spread,
        "velocity: correlation with strong steps": with_metre,
        "velocity: share of hits of 100 or more": float((loops >= ACCENT).sum() / max(int(hits.sum()), 1)),
    }


def _dynamics(loops: Velocities) -> tuple[float, float]:
    """Return the mean over loops of velocity's standard deviation, and of its correlation with the metre."""
    strength = np.repeat(np.tile(STRENGTH, loops.shape[1] // STEPS_PER_BAR)[:, None], VOICE_COUNT, 1)
    spread, correlation = [], []
    for loop in loops:
        hits = loop > 0
        velocity, metre = loop[hits].astype(np.float64), strength[hits]
        if len(velocity) > 1:
            spread.append(velocity.std())
            if velocity.std() > 0 and metre.std() > 0:
                correlation.append(np.corrcoef(velocity, metre)[0, 1])
    return float(np.mean(spread or [0.0])), float(np.mean(correlation or [0.0]))


def drum_rulers(lines: Velocities) -> dict[str, float]:
    """Return what the ways `lines` (9, N, 32, 9) keep of their ends, and what their middle is like."""
    density = voice_density(lines)
    return {
        "voices of both ends that the middle has not": voices_lost(lines),
        "thinnest voice of both ends, density half-way": float(density[len(lines) // 2].min()),
        "fills of both ends kept half-way": fills_kept(lines),
        **drum_character(lines[len(lines) // 2]),
    }


def melody_character(rows: Tokens) -> dict[str, float]:
    """Return what melodies `rows` are like, tokens (N, 32), by the name of each figure."""
    steps, bars = bars_alike(rows)
    moves = [np.diff(row[row > 1]) for row in rows]
    every = np.concatenate(moves) if moves else np.zeros(0, np.int64)
    turns = [np.sign(move[move != 0]) for move in moves]
    turned = np.concatenate([sign[1:] != sign[:-1] for sign in turns]) if turns else np.zeros(0, np.bool_)
    return {
        "notes in the best key": best_key_share(rows),
        "mean interval in semitones": _mean(np.abs(every)),
        "leaps over an octave": _mean(np.abs(every) > OCTAVE),
        "turns of the contour": _mean(turned),
        "repeated notes": _mean(every == 0),
        "bar 2 as bar 1: steps": steps,
        "bar 2 as bar 1: loops": bars,
    }


def melody_rulers(lines: Tokens) -> dict[str, float]:
    """Return what the ways `lines` (9, N, 32) keep of their ends' keys, and what their middle is like."""
    middle = lines[len(lines) // 2]
    ends = zip(middle, lines[0], lines[-1], strict=True)
    inside = [(in_key(row, a) | in_key(row, b))[row > 1].mean() for row, a, b in ends if (row > 1).any()]
    return {"notes in the keys of the ends": _mean(np.array(inside)), **melody_character(middle)}


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else 0.0
